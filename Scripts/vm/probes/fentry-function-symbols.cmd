calls getppid 1 read 4 write 2 read 1
