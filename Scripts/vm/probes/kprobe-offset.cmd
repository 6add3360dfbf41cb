calls read 1
