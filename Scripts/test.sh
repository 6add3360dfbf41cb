#!/usr/bin/env bash
# Runs the tests, built before, and repeats at the end what failed: a log is read from its end.
#
# With options, those of swift test, one test at a time. Without, all tests in two halves: first, side by side, those that no
# other test can disturb, since they share no file, setting or count; then the rest one at a time, as some count what the
# kernel holds. A new suite falls into the second half unless its target is of the first; that none is lost is counted.
# LATER='SUITE/|...' leaves suites out, for whoever runs them by other means.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Targets, then suites and tests of others.
apart='^(ParserTests|CheckerTests|LanguageTests|TargetTests|CodegenTests)\.'
apart+='|^GoldenTests\.((GoldenMachineTests|PlacesTests)/|GoldenTests/(listing|orphans)|BuiltinTests/(compiles|description|names|page\())'

run() { swift test --skip-build --disable-xctest "$@" 2>&1 | tee --append "$log"; }

status=0
if [[ $# -gt 0 ]]; then
  run --no-parallel "$@" || status=$?
else
  later=${LATER:-no such suite}
  all=$(swift test list --skip-build --disable-xctest 2>/dev/null | grep --count --invert-match --extended-regexp "$later")
  run --parallel --filter "$apart" || status=$?
  run --no-parallel --skip "$apart" --skip "$later" || status=$?
  counts=$(grep --text --only-matching --extended-regexp 'Test run with [0-9]+ tests?' "$log" | tr --complement --delete '0-9\n')
  ran=$(($(echo $counts | tr ' ' '+')))
  echo "Ran $ran of $all tests."
  [[ $ran == "$all" ]] || status=1
fi
if [[ $status -ne 0 ]]; then
  echo "What failed:"
  grep -a '✘ Test .* recorded an issue' "$log" | cut -c1-400 | head -4
fi
exit $status
