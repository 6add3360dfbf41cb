calls read 4 write 2
