/bin/sh -c 'echo >/dev/null; echo one >/dev/null; echo longer >/dev/null; echo the longest >/dev/null; true'
