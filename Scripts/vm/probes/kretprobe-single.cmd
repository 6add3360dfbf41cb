calls read 3 badread 2
