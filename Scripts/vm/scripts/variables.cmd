calls getppid 3 getpgid 2
