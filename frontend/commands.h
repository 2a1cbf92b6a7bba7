/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands that run no machine. argv: what follows the command's name; the result is the
 * exit status. */
#pragma once

int command_cpu(int argc, char **argv);
int command_disasm(int argc, char **argv);
/* `vitrine: TEXT` on standard error; returns 2. */
int usage_error(const char *fmt, ...);
