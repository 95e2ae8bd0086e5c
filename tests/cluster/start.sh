#!/usr/bin/env bash
# Starts a fresh cluster of three nodes on this machine, and returns when it is ready to serve.
# CHRONIK_SERVER names another chronik-server to start than this repository's release build.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=tests/cluster
limit=60 # seconds until all nodes must be ready

if [ -z "${CHRONIK_SERVER:-}" ]; then
    cargo build --release --locked --bin chronik-server --bin chronikctl
    CHRONIK_SERVER=${CARGO_TARGET_DIR:-./target}/release/chronik-server
fi

"$here/stop.sh"
rm -rf "$here/data" "$here/logs"
mkdir -p "$here/data" "$here/logs"

for n in 1 2 3; do
    setsid "$CHRONIK_SERVER" start --config "$here/node$n.toml" \
        </dev/null >"$here/logs/node$n.log" 2>&1 &
    echo $! >"$here/logs/node$n.pid"
done

# Whether node N answers GET /admin/health with 200; in bash alone, as curl may not be there.
ready() {
    (
        exec 3<>"/dev/tcp/localhost/$((10000 + $1))"
        printf 'GET /admin/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
        read -r -t 5 _ status _ <&3
        [ "$status" = 200 ]
    ) 2>/dev/null
}

fail() {
    echo "$1" >&2
    for n in 1 2 3; do
        echo "--- $here/logs/node$n.log" >&2
        tail -n 30 "$here/logs/node$n.log" >&2
    done
    "$here/stop.sh" >&2
    exit 1
}

deadline=$((SECONDS + limit))
for n in 1 2 3; do
    until ready "$n"; do
        kill -0 "$(cat "$here/logs/node$n.pid")" 2>/dev/null || fail "Node $n has ended by itself."
        [ "$SECONDS" -lt "$deadline" ] || fail "Node $n is not ready after $limit seconds."
        sleep 0.1
    done
done

cat <<END
The cluster is ready: Kafka clients connect to localhost:9092, localhost:9093 or localhost:9094.
Logs: $here/logs/node1.log, node2.log, node3.log

Look at it (the admin API is at localhost:10001, 10002 and 10003):
END
if [ -z "${CHRONIK_ADMIN_API_KEY:-}" ]; then
    echo "  export CHRONIK_ADMIN_API_KEY=\$(grep -h \"Admin API key\" $here/logs/node*.log | tail -n 1 | awk '{print \$NF}')"
fi
cat <<END
  $CHRONIK_SERVER cluster status --config $here/node1.toml
  curl http://localhost:10001/admin/status -H "X-API-Key: \$CHRONIK_ADMIN_API_KEY"

Use it (apt-get install kcat; or Kafka's own tools: ./tests/install.sh puts them into tests/bin):
  echo "Hello from cluster!" | kcat -P -b localhost:9092 -t test-topic
  kcat -C -b localhost:9093 -t test-topic -e

Stop it:
  ./$here/stop.sh
END
