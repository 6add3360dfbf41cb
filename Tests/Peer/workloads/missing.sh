# Opens a file that does not exist.
: 2>/dev/null </no/such/file/anywhere
exit 0
