calls read 5 getppid 3
