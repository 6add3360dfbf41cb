/bin/sh -c '/bin/true; /bin/true; /bin/true; kill -0 $$'
