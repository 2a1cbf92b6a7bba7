/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line: finds the command and hands it the rest. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base.h"
#include "frontend/commands.h"
#include "frontend/run.h"
#include "host/names.h"
#include "host/program.h"

int usage_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "vitrine: ");
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
    return 2;
}

static int run_with(int argc, char **argv, bool demo)
{
    struct options o = { .demo = demo };
    struct error err = { 0 };
    switch (options_parse(&o, argc, argv, &err)) {
    case PARSED_HELP:
        if (demo)
            printf("usage: vitrine demo [OPTIONS]\n\nRuns the built-in demo disk; takes the "
                   "options of 'vitrine run'.\n\n");
        options_help(stdout);
        return 0;
    case PARSED_BAD:
        return usage_error("%s", err.text);
    case PARSED_RUN:
        break;
    }
    if (demo && (o.image || o.media[SLOT_FDA]))
        return usage_error("demo: the demo disk is in the first floppy drive: leave the image out, "
                           "or use 'vitrine run'");
    if (!o.set_clock)
        o.realtime = !o.headless;
    return run_options(&o);
}

static int command_run(int argc, char **argv) { return run_with(argc, argv, false); }
static int command_demo(int argc, char **argv) { return run_with(argc, argv, true); }

static int command_version(int argc, char **argv)
{
    printf("vitrine %s\n", VITRINE_VERSION);
    return 0;
}

static const struct {
    const char *name, *help;
    int       (*call)(int argc, char **argv);
} commands[] = {
    { "run", "run a machine now", command_run },
    { "demo", "run the built-in demo disk", command_demo },
    { "cpu", "processor models and their features", command_cpu },
    { "disasm", "disassemble a file", command_disasm },
    { "version", "print the version", command_version },
};

/* Part of the plan, and not there yet. */
static const char *const later[] = {
    "gui", "create", "list", "show", "set", "start", "stop", "clone", "rename", "delete",
    "snapshot", "disk", "fork", "replay", "rewind", "bisect", "expect", "export", "import",
    "control", "check",
};

static void help(FILE *to)
{
    fprintf(to, "usage: vitrine COMMAND [OPTIONS]\n\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].help);
    fprintf(to, "\n'vitrine COMMAND --help' tells more. To start: 'vitrine demo', or 'vitrine run "
                "IMAGE',\nfor which 'vitrine IMAGE' will do.\n");
}

int main(int argc, char **argv)
{
    program_start(&argc, &argv);
    if (argc < 2 && program_from_desktop())
        return command_demo(0, NULL);
    if (argc < 2) {
        help(stderr);
        return 2;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        help(stdout);
        return 0;
    }
    if (!strcmp(argv[1], "--version"))
        return command_version(0, NULL);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].call(argc - 2, argv + 2);
    for (size_t i = 0; i < ARRAY_LEN(later); i++)
        if (!strcmp(argv[1], later[i]))
            return usage_error("%s: not available in this version: use 'vitrine run'", argv[1]);
    if (name_kind(argv[1], NULL) == NAME_FILE)
        return command_run(argc - 1, argv + 1);
    if (argv[1][0] == '-')
        return usage_error("%s: options follow a command: write 'vitrine run %s ...'", argv[1],
                           argv[1]);
    return usage_error("%s: neither a command nor a file: see 'vitrine --help'", argv[1]);
}
