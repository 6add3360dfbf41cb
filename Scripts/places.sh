#!/usr/bin/env bash
# Builds a copy of the sources to which the patches of Tests/Places have added a provider, a builtin and an aggregation, as
# CONTRIBUTING.md has it, and runs a script of all three there: as root on this kernel, else it is only compiled.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=.build/places
rm -rf "$copy/source"
mkdir -p "$copy/source"
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- | tar --extract --directory="$copy/source"
for patch in Tests/Places/*.patch; do git apply --directory="$copy/source" "$patch"; done
swift build --package-path "$copy/source" --scratch-path "$copy/build" --build-tests
swtrace=$copy/build/debug/swtrace script=Tests/Places/toys.bt
if [[ $EUID -ne 0 ]]; then
  "$swtrace" --target Tests/Targets/x86_64.json -d bpf,maps "$script" >/dev/null
  echo "The toys compile; as root they would run."
  exit
fi
output=$("$swtrace" -q "$script" | tr -d '\n')
[[ $output == "@odd: 1" ]] || { echo "the toys print '$output' and not '@odd: 1'" >&2; exit 1; }
echo "The toys run."
