/bin/sh -c 'for i in 1 2 3 4 5; do kill -0 $$; done; true'
