calls getpgid 1
