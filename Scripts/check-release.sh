#!/usr/bin/env bash
# Runs the release executable as users do and compares what it says: what links it is not what links the tests.
#
#   Scripts/check-release.sh [EXECUTABLE]
set -uo pipefail

cd "$(dirname "$0")/.."
swtrace=$(realpath "${1:-.build/release/swtrace}")
failures=0

# expect STATUS PATTERN WORD...: runs the words, and looks for an extended regular expression in what they print.
expect() {
  local wanted=$1 pattern=$2 output status
  shift 2
  output=$("$@" 2>&1 </dev/null)
  status=$?
  if [[ $status -ne $wanted ]] || ! grep --quiet --extended-regexp -- "$pattern" <<<"$output"; then
    echo "FAILED: $* gave status $status, not $wanted, or nothing like '$pattern':" >&2
    head --lines=10 <<<"$output" >&2
    failures=$((failures + 1))
  fi
}

expect 0 '^swtrace [0-9]' "$swtrace" --version
expect 0 '^USAGE: swtrace' "$swtrace" --help
expect 0 '^OVERVIEW: Compiles a script to a file' "$swtrace" build --help
expect 0 '^hist - ' "$swtrace" help hist
expect 1 "there is no option '--nope'" "$swtrace" --nope -e 'begin { }'
expect 1 'needs a value' "$swtrace" -e
expect 1 "The value 'x' is invalid" "$swtrace" -p x -e 'begin { }'
expect 0 'complete' "$swtrace" --generate-completion-script bash
expect 1 "ERROR: there is nothing named 'nope'" "$swtrace" -e 'begin { $x = nope; print($x); }'
expect 0 'r0 = 0' "$swtrace" --target Tests/Targets/x86_64.json -e 'begin { exit(); }'
expect 1 'ERROR: ' "$swtrace" /nonexistent.bt
if [[ $EUID -eq 0 ]]; then
  expect 0 '^7 seven$' "$swtrace" -q -e 'begin { printf("%d %s\n", $1, str($2)); exit(); }' 7 seven
  expect 3 '^@: 5$' "$swtrace" -q -e 'begin { @ = 5; exit(3); }'
  expect 0 '"data": 5' "$swtrace" -q -f json -e 'begin { print(5); exit(); }'
  expect 0 '^tracepoint:sched:sched_switch$' "$swtrace" -l 'tracepoint:sched:*'
else
  echo "SKIPPED: scripts are not run, which needs root" >&2
fi

# Foundation's own sources name their files in messages; its stand-in has but one file.
if grep --text --only-matching --extended-regexp 'Foundation(Essentials)?/[A-Za-z+]+\.swift' "$swtrace" |
  grep --quiet --invert-match 'FoundationEssentials/FoundationEssentials.swift'; then
  echo "FAILED: Foundation is linked, and not its stand-in" >&2
  failures=$((failures + 1))
fi

[[ $failures -eq 0 ]] || exit 1
echo "The release executable does what it should."
