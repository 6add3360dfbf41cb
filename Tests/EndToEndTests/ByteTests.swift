import TestSupport
import Testing

@Suite(.root) struct ByteTests {
  @Test("bytes that are not UTF-8 stay what they are, from each place to each") func bytes() throws {
    let folder = try TemporaryFolder()
    let text = try run([
      "bash", "-c",
      #"""
      cd "$1"; swtrace="$2"
      "$swtrace" -q --cmd $'echo a\xff \xf4\x8f\xbf\xbf' -e 'interval:s:1000 { }' | head -n 1 | od -An -tx1
      "$swtrace" -q -e 'begin { printf("%s%s\n", str($1), getopt("s", "")); exit(); }' $'b\xff' -- --s=$'\xfe' | head -n 1 | od -An -tx1
      "$swtrace" -q -e $'begin { printf("c\xff\\n"); exit(); }' | head -n 1 | od -An -tx1
      echo 'begin { printf("d\n"); exit(); }' > $'s\xff.bt'
      "$swtrace" -q $'s\xff.bt' -o $'o\xff'; head -n 1 $'o\xff'
      "$swtrace" -l $'s\xff.bt'
      "$swtrace" build -o $'b\xff' $'s\xff.bt'; "$swtrace" -q $'b\xff' | head -n 1
      "$swtrace" fmt --in-place $'s\xff.bt'; wc -l < $'s\xff.bt'
      ls | od -An -c
      """#, "bash", folder.path, Repository.swtrace,
    ])
    #expect(text.errors == "")
    #expect(
      text.output == #"""
         61 ff 20 f4 8f bf bf 0a
         62 ff fe 0a
         63 ff 0a
        d
        begin
        d
        4
           b 377  \n   o 377  \n   s 377   .   b   t  \n

        """#)
  }

  @Test("names of headers, imports, binaries and folders of PATH, and values of settings, are kept byte by byte")
  func names() throws {
    let folder = try TemporaryFolder()
    let text = try run([
      "bash", "-c",
      #"""
      cd "$1"; swtrace="$2"; x=$'\xff'
      mkdir "d$x" "p$x"; echo '#define ANSWER 42' > "d$x/h$x.h"; echo 'macro twice(a) { a * 2 }' > "d$x/i$x.bt"
      cp /bin/bash "p$x/program$x"
      "$swtrace" -q -I "d$x" --include "h$x.h" -e 'begin { print(ANSWER); exit(); }' | head -n 1
      "$swtrace" -q -I "d$x" -e "#include \"h$x.h\"
        begin { print(ANSWER); exit(); }" | head -n 1
      "$swtrace" -q -e "#define TEXT \"t$x\"
        begin { print(TEXT); exit(); }" | head -n 1 | od -An -tx1
      "$swtrace" -q -e "import \"d$x/i$x.bt\"; begin { print(twice(4)); exit(); }" | head -n 1
      BPFTRACE_MAX_STRLEN=4 BPFTRACE_STR_TRUNC_TRAILER="<$x>" \
        "$swtrace" -q -e 'begin { print(str($1)); exit(); }' abcdef | head -n 1 | od -An -tx1
      "$swtrace" -l "uprobe:p$x/program$x:main" | sed "s|$PWD||" | od -An -c
      PATH="$PWD/p$x:$PATH" "$swtrace" -q -c "program$x -c :" -e "uprobe:program$x:main { print(probe); }
        interval:s:1000 { }" | head -n 1 | sed "s|$PWD||" | od -An -c
      "$swtrace" -q -e "uprobe:none$x:main { }" 2>&1 | head -n 1
      "$swtrace" -q "none$x"
      """#, "bash", folder.path, Repository.swtrace,
    ])
    #expect(
      text.output == #"""
        42
        42
         74 ff 0a
        8
         61 62 63 64 3c ff 3e 0a
           u   p   r   o   b   e   :   /   p 377   /   p   r   o   g   r
           a   m 377   :   m   a   i   n  \n
           u   p   r   o   b   e   :   /   p 377   /   p   r   o   g   r
           a   m 377   :   m   a   i   n  \n
        stdin:1:8-13: ERROR: there is no binary 'none\xff'

        """#)
    #expect(text.errors == "ERROR: cannot read 'none\\xff': No such file or directory\n")
  }
}
