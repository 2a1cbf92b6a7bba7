/* SPDX-License-Identifier: BSD-2-Clause */
/* `vitrine cpu list` and `vitrine cpu show MODEL`. */
#include "frontend/commands.h"

#include <stdio.h>
#include <string.h>

#include "machine/tools.h"

static void print_json(unsigned i)
{
    const char *feature;
    printf("{\"name\": \"%s\", \"title\": \"%s\", \"default\": %s, \"features\": [",
           tools_cpu_name(i), tools_cpu_title(i), tools_cpu_is_default(i) ? "true" : "false");
    for (unsigned n = 0; (feature = tools_cpu_feature(i, n)); n++)
        printf("%s\"%s\"", n ? ", " : "", feature);
    printf("]}");
}

static int list(bool json)
{
    if (json)
        printf("[");
    for (unsigned i = 0; i < tools_cpu_count(); i++) {
        if (json) {
            printf("%s", i ? ",\n " : "");
            print_json(i);
        } else {
            printf("%-14s %s%s\n", tools_cpu_name(i), tools_cpu_title(i),
                   tools_cpu_is_default(i) ? " (default)" : "");
        }
    }
    printf(json ? "]\n" : "");
    return 0;
}

static int show(const char *name, bool json)
{
    int i = tools_cpu_find(name);
    const char *feature;
    if (i < 0)
        return usage_error("%s: no such processor: choose one from 'vitrine cpu list'", name);
    if (json) {
        print_json((unsigned)i);
        printf("\n");
        return 0;
    }
    printf("name      %s\ntitle     %s\nfeatures ", tools_cpu_name((unsigned)i),
           tools_cpu_title((unsigned)i));
    for (unsigned n = 0; (feature = tools_cpu_feature((unsigned)i, n)); n++)
        printf(" %s", feature);
    printf("\n");
    return 0;
}

int command_cpu(int argc, char **argv)
{
    const char *word[2] = { NULL, NULL };
    bool json = false;
    int n = 0;
    for (int i = 0; i < argc; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            printf("usage: vitrine cpu list [--json]\n       vitrine cpu show MODEL [--json]\n\n"
                   "The processors that --cpu takes, and their features.\n");
            return 0;
        }
        if (!strcmp(argv[i], "--json"))
            json = true;
        else if (argv[i][0] == '-' || n == 2)
            return usage_error("cpu %s: not understood: see 'vitrine cpu --help'", argv[i]);
        else
            word[n++] = argv[i];
    }
    if (n == 1 && !strcmp(word[0], "list"))
        return list(json);
    if (n == 2 && !strcmp(word[0], "show"))
        return show(word[1], json);
    return usage_error("cpu: not understood: write 'vitrine cpu list' or 'vitrine cpu show MODEL'");
}
