#!/usr/bin/env bash
# Stops the nodes that start.sh started, and nothing else; returns when they have ended.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=tests/cluster
limit=20 # seconds for an orderly end

# Whether process PID is still node N of this cluster, and not a later process with the same id.
is_node() { # PID N
    tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" | grep -qF " start --config $here/node$2.toml " &&
        [ "$(readlink "/proc/$1/cwd")" = "$PWD" ]
}

for n in 1 2 3; do
    [ -f "$here/logs/node$n.pid" ] || continue
    pid=$(cat "$here/logs/node$n.pid")
    if is_node "$pid" "$n"; then kill -TERM "$pid"; fi
done

deadline=$((SECONDS + limit))
for n in 1 2 3; do
    [ -f "$here/logs/node$n.pid" ] || continue
    pid=$(cat "$here/logs/node$n.pid")
    while is_node "$pid" "$n"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            echo "Node $n has not ended after $limit seconds: killed. See $here/logs/node$n.log" >&2
            kill -KILL "$pid"
            deadline=$((SECONDS + limit))
        fi
        sleep 0.1
    done
    rm -f "$here/logs/node$n.pid"
done
