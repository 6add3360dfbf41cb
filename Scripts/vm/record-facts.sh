#!/usr/bin/env bash
# Boots Debian's kernels in QEMU, by emulation, and asks them for facts (facts.c): the tests record targets from those
# (docs/testing.md, "Recorded targets"). KERNEL is one that fetch-kernel.sh knows. Prints the folder that now has them,
# .cache/vm/facts-KERNEL, each file where that machine has it; Debian's python, which has USDT probes, is among them.
#
#   Scripts/vm/record-facts.sh KERNEL
set -euo pipefail

[[ $# == 1 ]] || { sed -n '6s/^# \{0,3\}//p' "$0" >&2; exit 2; }
kernel=$1
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
cache=${XDG_CACHE_HOME-}
cache=${cache:+$cache/swtrace}
cache=${cache:-$repository/.cache}/vm

if [[ $kernel == *-arm64 ]]; then
  "$repository/Scripts/setup.sh" qemu-system-arm gcc-aarch64-linux-gnu libc6-dev-arm64-cross cpio debian-archive-keyring >&2
  compiler=aarch64-linux-gnu-gcc machine=(qemu-system-aarch64 -M virt)
else
  "$repository/Scripts/setup.sh" qemu-system-x86 gcc libc6-dev cpio debian-archive-keyring >&2
  compiler=gcc machine=(qemu-system-x86_64)
fi
image=$("$here/fetch-kernel.sh" "$kernel" "$cache/kernels")
python=$("$here/fetch-kernel.sh" "$kernel" "$cache/kernels" python)

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
"$compiler" -O1 -static -o "$work/root/init" "$here/facts.c"
(cd "$work/root" && find . | cpio --quiet --create --format=newc --owner=0:0) >"$work/image"
timeout 600 "${machine[@]}" -accel tcg -cpu max -smp 2 -m 768M -nodefaults -display none -no-reboot -kernel "$image" \
  -initrd "$work/image" -append 'quiet loglevel=0 panic=-1 nokaslr' -serial "file:$work/serial" </dev/null

# What the machine's firmware or kernel wrote before is no part of the archive.
start=$(grep --text --byte-offset --only-matching --max-count=1 070701 "$work/serial" | head --lines=1)
[[ -n $start ]] || { echo "Linux $kernel told nothing" >&2; exit 1; }
folder=$cache/facts-$kernel
rm -rf "$folder"
mkdir -p "$folder/usr/bin"
tail --bytes=+$((${start%%:*} + 1)) "$work/serial" | (cd "$folder" && cpio --quiet --extract --make-directories)
cp "$python" "$folder/usr/bin/"
echo "$folder"
