calls socket 2
