calls getppid 7
