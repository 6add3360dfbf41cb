calls getpriority 7 getpgid 3
