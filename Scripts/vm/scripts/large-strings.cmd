/bin/sh -c 'cd /proc/sys; cd /proc/./././././././././sys/kernel/../././././././././././././././././././././././././././././kernel; true'
