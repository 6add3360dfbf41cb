#!/usr/bin/env bash
# Runs the tests, built before, with the options given, and repeats at the end what failed: a log is read from its end.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test --skip-build --disable-xctest --no-parallel "$@" 2>&1 | tee "$log"
status=$?
if [[ $status -ne 0 ]]; then
  echo "What failed:"
  grep -a '✘ Test .* recorded an issue' "$log" | cut -c1-400 | head -4
fi
exit $status
