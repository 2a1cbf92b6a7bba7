/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program owes its host: words, standard streams, being told to end. */
#pragma once
#include "core/base.h"

/* Before anything else. Words are UTF-8 on every host, output has the same bytes everywhere, and a
 * standard stream that was closed does not turn into a disk image. What this changes of the console
 * is put back at exit. */
void program_start(int *argc, char ***argv);
/* Was it started by a click, where nobody sees what it prints? */
bool program_from_desktop(void);
/* asked(n) is called when the user or the system wants the program to end; n is the number of the
 * signal, as exit statuses have it. It may be in another thread. A broken pipe or a file at its
 * limit ends nothing: writing fails instead. */
void program_on_end(void (*asked)(int n));
