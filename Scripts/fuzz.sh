#!/usr/bin/env bash
# Fuzzes the readers of outside data, each for some seconds: Scripts/fuzz.sh SECONDS [TARGET...]
# Stops with status 1 at the first finding and says where it is and how to run it again.
set -euo pipefail

cd "$(dirname "$0")/.."
seconds=${1:?how many seconds for each target}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(parser declarations checker target facts elf maps zip lines types debuginfo frames perfmap names)

work=.build/fuzz
mkdir -p "$work"
fuzzer=$work/fuzzer
readers=(
  Sources/Runtime/Host/ELF/{ELFFunctions,ELFVariables,USDTNotes,ZipArchive}.swift
  Sources/Runtime/Unwinding/{FrameDescriptions,UnwindRule+DWARF,UnwindTable}.swift
  Sources/Runtime/Host/DebugInformation/{CallingConvention,DebugEntry}.swift
  Sources/Runtime/Host/DebugInformation/DebugInformation*.swift
)
rules=Sources/Codegen/Bundle/UnwindRule.swift
mapfile -t symbolizer < <(find Sources/Symbolizer Sources/CElfutils -name '*.swift' -o -name '*.[ch]')
mapfile -t files < <(
  find Sources/TraceLang Fuzz -path Fuzz/Bundles -prune -o -name '*.swift' -print
  printf '%s\n' Tests/CheckerTests/SmallTarget.swift "${readers[@]}"
)
newer=$(find "${files[@]}" "${symbolizer[@]}" "$rules" -newer "$fuzzer" 2>/dev/null | head -1 || true)
if [ ! -x "$fuzzer" ] || [ -n "$newer" ]; then
  echo "building $fuzzer"
  build=(
    swiftc -sanitize=fuzzer -parse-as-library -O -whole-module-optimization -swift-version 6 -package-name swtrace
    -enable-upcoming-feature ExistentialAny -suppress-warnings -I Sources/CElfutils/include -I "$work"
  )
  clang -O1 -g -r -nostdlib -ISources/CElfutils/include -o "$work/CElfutils.o" Sources/CElfutils/*.c
  "${build[@]}" -module-name Symbolizer -emit-module -emit-module-path "$work/Symbolizer.swiftmodule" \
    -emit-object -o "$work/Symbolizer.o" $(printf '%s\n' "${symbolizer[@]}" | grep '\.swift$')
  "${build[@]}" -module-name Codegen -emit-module -emit-module-path "$work/Codegen.swiftmodule" \
    -emit-object -o "$work/Codegen.o" "$rules"
  "${build[@]}" -module-name TraceLang -o "$fuzzer" "${files[@]}" "$work"/{Codegen,Symbolizer,CElfutils}.o \
    -ldw -lelf -liberty -lbz2 -llzma -lz
fi

seeds() {
  case $1 in
    declarations) echo Fuzz/Seeds/declarations ;;
    target) mkdir -p "$work/recorded" && cp Tests/Targets/one-liner.json "$work/recorded" && echo "$work/recorded" ;;
    elf)
      mkdir -p "$work/programs"
      echo 'void second(void) {} void _start(void) { second(); }' |
        cc -x c - -nostdlib -static -Wl,--build-id -o "$work/programs/static"
      echo "$work/programs"
      ;;
    frames)
      mkdir -p "$work/frames"
      echo 'int second(int x) { char c[x]; c[x / 2] = 1; return c[0]; } int _start(void) { return second(9) + second(8); }' |
        cc -x c - -O1 -nostdlib -static -o "$work/frames/static"
      echo "$work/frames"
      ;;
    lines | debuginfo)
      mkdir -p "$work/$1"
      printf '%s\n' 'static inline __attribute__((always_inline)) int part(int n) { volatile int x = n; return x; }' \
        'int work(int n) { return part(n) + part(2); }' >"$work/part.c"
      build=(cc -O2 -g -nostdlib -shared "$work/part.c" -o)
      if [ "$1" = lines ]; then
        "${build[@]}" "$work/$1/five" -gdwarf-5
        "${build[@]}" "$work/$1/four" -gdwarf-4
        "${build[@]}" "$work/$1/packed" -gz
      else
        "${build[@]}" "$work/whole"
        objcopy -S "$work/whole" "$work/$1/linked"
        objcopy -S --keep-symbol=work "$work/whole" "$work/small"
        xz -f "$work/small"
        objcopy --add-gnu-debuglink="$work/whole" --add-section .gnu_debugdata="$work/small.xz" "$work/$1/linked"
      fi
      echo "$work/$1"
      ;;
    types)
      mkdir -p "$work/types"
      cat >"$work/types.c" <<'END'
enum color { RED, GREEN = 5 };
typedef struct node { struct node *next; int list[2][3]; unsigned narrow : 3; union { char text[4]; long number; }; } node_t;
static inline __attribute__((always_inline)) int part(int v, node_t *n) { return v + n->list[1][2] + n->narrow; }
int work(const node_t *n, enum color c, node_t by_value, double d) { return part(c, (node_t *)n) + (int)d; }
END
      printf '%s\n' 'namespace ns { struct box { int size; int get(int n) const; }; }' \
        'int ns::box::get(int n) const { return size + n; }' >"$work/types.cc"
      build=(-nostdlib -shared -Wl,--build-id=none -o)
      cc -O1 -gdwarf-5 "$work/types.c" "${build[@]}" "$work/types/five"
      cc -O0 -gdwarf-4 -fdebug-types-section "$work/types.c" "${build[@]}" "$work/types/four"
      c++ -O1 -g "$work/types.cc" "${build[@]}" "$work/types/scopes"
      echo "$work/types"
      ;;
    perfmap) mkdir -p "$work/perfmap" && printf '100 10 f\n0x108 4 g h\n' >"$work/perfmap/two" && echo "$work/perfmap" ;;
    names)
      mkdir -p "$work/names"
      number=0
      for name in _ZN2ns3BoxISt6vectorIiSaIiEEE4workEiPKc.isra.0 _RINvNtC3std3mem8align_ofjE \
        _ZN4core3fmt9Formatter3pad17h1234567890abcdefE _D8demangle4testFaZv '$s4main5twiceyS2iF'; do
        printf %s "$name" >"$work/names/$((number += 1))"
      done
      echo "$work/names"
      ;;
    zip)
      mkdir -p "$work/archives"
      # A file "a" that begins at a page, and the directory behind it.
      {
        printf 'PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\20\0\0\0\20\0\0\0\1\0\341\17a'
        head -c 4065 /dev/zero
        printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0'
        printf 'PK\1\2\24\0\24\0\0\0\0\0\0\0\0\0\0\0\0\0\20\0\0\0\20\0\0\0\1\0\0\0'
        printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0a'
        printf 'PK\5\6\0\0\0\0\1\0\1\0\57\0\0\0\20\20\0\0\0\0'
      } >"$work/archives/one"
      echo "$work/archives"
      ;;
    maps) mkdir -p "$work/mapped" && cat /proc/self/maps >"$work/mapped/self" && echo "$work/mapped" ;;
    *) echo Fuzz/Seeds/parser examples Tests/GoldenTests/Scripts ;;
  esac
}

for target in "${targets[@]}"; do
  if [ "$target" = facts ]; then
    Scripts/release.sh MutationRunner
    echo "fuzzing $target for $seconds s"
    .build/release/MutationRunner 1000000000 "$((RANDOM * 1000000))" --time "$seconds"
    continue
  fi
  corpus=$work/corpus/$target findings=$work/findings
  mkdir -p "$corpus" "$findings"
  echo "fuzzing $target for $seconds s"
  if ! SWTRACE_FUZZ=$target SWIFT_BACKTRACE=enable=no "$fuzzer" -max_total_time="$seconds" -timeout=5 \
    -rss_limit_mb=2048 -max_len=16384 -dict=Fuzz/words.dict -artifact_prefix="$findings/$target-" -print_final_stats=1 \
    "$corpus" $(seeds "$target") >"$work/$target.log" 2>&1; then
    tail -n 25 "$work/$target.log"
    finding=$(sed -n 's/.*Test unit written to //p' "$work/$target.log" | tail -1)
    echo
    echo "$target failed on $finding; run it again with:"
    echo "  SWTRACE_FUZZ=$target $fuzzer $finding"
    exit 1
  fi
  sed -n 's/^stat::number_of_executed_units: */  inputs run: /p' "$work/$target.log"
done
