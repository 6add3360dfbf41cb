calls getpgid 2
