calls read 4 badread 2 write 3
