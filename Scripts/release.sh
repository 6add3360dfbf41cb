#!/usr/bin/env bash
# Builds products as stripped executables that need nothing but glibc, and prints their sizes.
#
#   [KEEPS_SYMBOLS=1] Scripts/release.sh [PRODUCT]...
#
# PRODUCT is swtrace unless told otherwise; it becomes .build/release/PRODUCT.
set -euo pipefail

cd "$(dirname "$0")/.."
[[ $# -gt 0 ]] || set -- swtrace
parts=$PWD/.build/release-parts
mkdir -p "$parts"

# Newer static libraries than the machine's, where those cannot read all files of debug information.
newer=$(Scripts/Release/fetch-elfutils.sh .cache/release) || {
  echo "WARNING: .dwp packages and sections compressed by zstd will not be read" >&2
  newer=
}

# In one folder the linker takes a shared library before an archive, so a folder with archives only comes first.
libraries="-ldw -liberty -lbz2 -llzma $(pkg-config --static --libs-only-l libbpf)"
[[ -z $newer ]] || libraries+=" -lzstd"
for library in $libraries -lstdc++; do
  archive=$newer/lib${library#-l}.a
  [[ -n $newer && -e $archive ]] || archive=$(clang --print-file-name="lib${library#-l}.a")
  [[ -e $archive ]] || { echo "lib${library#-l}.a is missing" >&2; exit 1; }
  ln --symbolic --force "$archive" "$parts/"
done

swiftc -O -wmo -parse-as-library -module-name FoundationEssentials \
  -emit-module -emit-module-path "$parts/FoundationEssentials.swiftmodule" \
  -emit-object -o "$parts/FoundationEssentials.o" Scripts/Release/FoundationEssentials.swift

# What the newer libraries want of a newer C library, and what none of them is asked for.
clang -O2 -c -o "$parts/libraries.o" Scripts/Release/libraries.c

# A folder of its own: another build, or tests that run, would have to end first.
options=(
  --scratch-path .build/optimized --configuration release --static-swift-stdlib --disable-local-rpath -debug-info-format none
  -Xswiftc "-I$parts" -Xlinker "$parts/FoundationEssentials.o" ${newer:+-Xlinker "$parts/libraries.o"} -Xlinker "-L$parts"
  -Xlinker --no-export-dynamic
)
[[ -v KEEPS_SYMBOLS ]] || options+=(-Xlinker --strip-all)
for option in -T "$PWD/Scripts/Release/no-unwinding.ld" --no-eh-frame-hdr; do options+=(-Xlinker "$option"); done
for library in $libraries; do options+=(-Xlinker "$library"); done
# The runtime else makes each generic type from its name, and searches all conformances for those that its arguments need.
options+=(-Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors)
# The linker can leave out each function alone, and lays side by side what a start runs: a quarter fewer pages are mapped.
options+=(-Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -use-ld=lld)
for option in "--symbol-ordering-file=$PWD/Scripts/Release/start-order.txt" --no-warn-symbol-ordering; do
  options+=(-Xlinker "$option")
done
# A fixed load address saves the start tens of thousands of relocations.
for option in -static-libgcc -no-pie; do options+=(-Xswiftc -Xclang-linker -Xswiftc "$option"); done

for product in "$@"; do
  swift build "${options[@]}" --product "$product"
  ln --symbolic --force --no-dereference optimized/release .build/release
  executable=.build/release/$product
  shared=$(ldd "$executable" | awk '$1 !~ /^(linux-vdso|libc|libm)\.so|\/ld-linux/ { print $1 }')
  [[ -z $shared ]] || { echo "$executable is linked with shared libraries: $shared" >&2; exit 1; }
  # A search of a string for a string is enough to bring them along, a megabyte.
  if [[ $product == swtrace ]] && grep --quiet --text _RegexParser "$executable"; then
    echo "$executable has the standard library's regular expressions in it: byteOffset(of:) searches without" >&2
    exit 1
  fi
  stat --format=%s "$executable" | awk -v file="$executable" '{ printf "%s: %.1f MB\n", file, $1 / 1e6 }'
done
