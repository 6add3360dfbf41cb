#!/usr/bin/env bash
# Builds .build/release/swtrace as one stripped executable that needs nothing but glibc, and prints its size.
set -euo pipefail

scratch=.build
parts=$scratch/release-parts
mkdir -p "$parts"

# The linker takes a shared library over an archive of the same folder: a folder of nothing but archives comes first.
libraries=$(pkg-config --static --libs-only-l libbpf)
for library in $libraries -lstdc++; do
  archive=$(clang --print-file-name="lib${library#-l}.a")
  [[ -e $archive ]] || { echo "lib${library#-l}.a is missing" >&2; exit 1; }
  ln --symbolic --force "$archive" "$parts/"
done

swiftc -O -wmo -parse-as-library -module-name FoundationEssentials -emit-module -emit-module-path "$parts/" \
  -emit-object -o "$parts/FoundationEssentials.o" Scripts/Release/FoundationEssentials.swift

options=(
  --configuration release --product swtrace --scratch-path "$scratch"
  --static-swift-stdlib --disable-local-rpath -debug-info-format none
  -Xswiftc "-I$parts" -Xlinker "$parts/FoundationEssentials.o"
  -Xlinker "-L$parts"
  -Xlinker --no-export-dynamic -Xlinker --strip-all
)
for library in $libraries; do options+=(-Xlinker "$library"); done
# A fixed load address saves tens of thousands of relocations at each start.
for option in -static-libgcc -no-pie; do options+=(-Xswiftc -Xclang-linker -Xswiftc "$option"); done
swift build "${options[@]}"

swtrace=$(swift build --show-bin-path "${options[@]}")/swtrace
shared=$(ldd "$swtrace" | awk '{ print $1 }' | grep -vE '^(linux-vdso|libc|libm|/lib.*/ld-linux)' || true)
[[ -z $shared ]] || { echo "Linked dynamically: $shared" >&2; exit 1; }
awk -v bytes="$(stat --format=%s "$swtrace")" -v file="$swtrace" \
  'BEGIN { printf "%s: %.1f MB\n", file, bytes / 1000000 }'
