#pragma once

#include <setjmp.h>

// Where this thread goes on when a signal finds it at guarded work.
extern __thread sigjmp_buf *swtrace_rescue;

// Has the signals of crashes lead there.
void swtrace_prepare_rescue(void);

// Has `swtrace_libdw_crashed` tell of a crash elsewhere.
void swtrace_libdw_note_crash(void);
