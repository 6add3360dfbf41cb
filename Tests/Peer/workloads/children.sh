# Two programs, which bash forks for.
/bin/true
/bin/false
exit 0
