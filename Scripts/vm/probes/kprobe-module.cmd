calls read 4
