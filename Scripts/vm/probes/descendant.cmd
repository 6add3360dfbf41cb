sh -c 'calls getppid 2; (calls getppid 3; true); true'
