calls read 2
