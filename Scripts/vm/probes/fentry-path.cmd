calls fstat 2
