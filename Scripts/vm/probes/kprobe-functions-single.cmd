calls getpriority 7 read 4 write 2 read 1
