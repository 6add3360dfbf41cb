#pragma once

// Linked into a program, this makes want of memory end it with one line on standard error and status 1: Swift would
// trap, and what is attached is detached by the kernel either way.
