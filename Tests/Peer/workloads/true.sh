# One builtin command, so that bash runs no other program.
true
