#!/usr/bin/env bash
# Packs a machine's whole file system: an init, busybox, a program that makes known calls, swtrace and the runner of random
# scripts with the shared libraries they need, and folders of scripts.
set -euo pipefail

[[ $# -ge 3 ]] || { echo "usage: make-image.sh IMAGE SWTRACE RUNNER GROUP=FOLDER ..." >&2; exit 2; }
image=$(realpath "$1") swtrace=$(realpath "$2") runner=$(realpath "$3")
shift 3
here=$(cd "$(dirname "$0")" && pwd)

root=$(mktemp --directory)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/dev"
install -m 755 "$here/init" "$here/workload" "$root/"
install -m 755 "$swtrace" "$root/bin/swtrace"
install -m 755 "$runner" "$root/bin/differential"
install -m 755 "$(command -v busybox)" "$root/bin/busybox"
gcc -O1 -static-pie -o "$root/bin/calls" "$here/calls.c"
for library in $({ ldd "$swtrace"; ldd "$runner"; } | grep --only-matching '/[^ ]*' | sort --unique); do
  install -D -m 755 "$library" "$root$library"
done

for argument in "$@"; do
  group=$root/scripts/${argument%%=*}
  mkdir -p "$group"
  find "${argument#*=}" -maxdepth 1 -type f \
    \( -name '*.bt' -o -name '*.out' -o -name '*.status' -o -name '*.cmd' -o -name '*.other' -o -name '*.options' \) -exec cp --target-directory="$group" {} +
done

(cd "$root" && find . | cpio --quiet --create --format=newc --owner=0:0) >"$image"
