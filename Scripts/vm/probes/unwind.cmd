calls getppid 3
