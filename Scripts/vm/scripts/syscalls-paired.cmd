/bin/sh -c 'cd /proc; cd /no/such/folder 2>/dev/null; cd sys; true'
