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

  # Debug information that not every libdw reads.
  folder=$(mktemp --directory)
  trap 'rm -rf "$folder"' EXIT
  cat >"$folder/program.c" <<'SOURCE'
static inline __attribute__((always_inline)) int part(int v) { volatile int q = v; return q; }
__attribute__((noinline)) int work(int x, const char *s) { return part(x) + *s; }
int main(void) { return work(41, "hello") == 99; }
SOURCE
  # check_debug NAME: looks at program NAME as a script does.
  check_debug() {
    expect 0 '^41$' "$swtrace" -q -e "uprobe:$folder/$1:work { print(args.x); }" -c "$folder/$1"
    local pattern
    for pattern in '\[inlined\] part@.*program\.c:1$' 'work\+0@.*program\.c:2$'; do
      expect 0 "$pattern" "$swtrace" -q -e "uprobe:$folder/$1:work { print(ustack(1)); }" -c "$folder/$1"
    done
  }
  # split NAME VERSION PACKER COMPILER: builds a program whose split debug information is in a package alone.
  split() {
    (
      cd "$folder"
      "$4" -O2 -g "-gdwarf-$2" -gsplit-dwarf -c -o "$1.o" program.c && "$4" -o "$1" "$1.o" && "$3" -e "$1" -o "$1.dwp"
      rm -f ./*.dwo
    )
    check_debug "$1"
  }
  # The dwp of binutils 2.40 crashes over DWARF 5.
  split gcc4 4 dwp gcc
  split gcc5 5 llvm-dwp gcc
  split clang4 4 llvm-dwp clang
  split clang5 5 llvm-dwp clang
  gcc -O2 -g -Wl,--build-id -o "$folder/zstd" "$folder/program.c"
  objcopy --only-keep-debug --compress-debug-sections=zstd "$folder/zstd" "$folder/zstd.debug"
  strip "$folder/zstd"
  objcopy --add-gnu-debuglink="$folder/zstd.debug" "$folder/zstd"
  expect 0 'ZSTD' readelf --wide --section-details "$folder/zstd.debug"
  check_debug zstd
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
