#!/usr/bin/env bash
# Installs what the tests need and runs all of them, the quick ones first; the first failure ends it.
# CHRONIK_KILL_ROUNDS=N changes how often the checker kills a leader (50), CHRONIK_SHAPE_ROUNDS=N how often the cluster
# changes its shape (3), CHRONIK_CHAIN_STEPS=N the length of the random chain (20), CHRONIK_CHAIN_SEED=S its seed.
set -euo pipefail
cd "$(dirname "$0")/.."

step() {
    printf '\n=== %s\n' "$*"
    "$@"
}

step cargo fmt --all --check
step tests/install.sh
step tests/.venv/bin/pytest -q -p no:cacheprovider bench/tests
step cargo clippy --workspace --all-targets --locked -- -D warnings
step cargo test --workspace --locked
step cargo build --release --locked --bin chronik-server --bin chronikctl
step tests/.venv/bin/pytest -c tests/pytest.ini tests/cluster
