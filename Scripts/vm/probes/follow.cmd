sh -c 'calls getppid 2; (calls getppid 3; sh -c "calls getppid 4"); true'
