calls read 2 badread 1
