/* SPDX-License-Identifier: BSD-2-Clause */
/* `vitrine disasm`: the instructions in a file, one a line: address, bytes, text. */
#include "frontend/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/whole_file.h"
#include "machine/tools.h"

#define FILE_LIMIT (64u << 20)

static void help(void)
{
    printf("usage: vitrine disasm [--bits 16|32|64] [--base ADDR] FILE|-\n\n"
           "  --bits N     mode of the processor, default 32\n"
           "  --base ADDR  address of the first byte, default 0; 0x for hexadecimal\n\n"
           "Addresses and bytes are printed in hexadecimal.\n");
}

static bool print_all(const uint8_t *p, size_t n, uint64_t base, unsigned bits)
{
    struct tools_disasm *d = tools_disasm_new();
    if (!d)
        return false;
    for (size_t at = 0; at < n;) {
        char text[160], bytes[2 * TOOLS_INSN_MAX + 1];
        unsigned len = tools_disasm(d, p + at, n - at, base + at, bits, text, sizeof text);
        for (unsigned i = 0; i < len; i++)
            snprintf(bytes + 2 * i, 3, "%02x", p[at + i]);
        printf("%0*llx  %-20s  %s\n", bits == 64 ? 16 : 8, (unsigned long long)(base + at), bytes,
               text);
        at += len;
    }
    tools_disasm_free(d);
    return true;
}

int command_disasm(int argc, char **argv)
{
    const char *path = NULL;
    uint64_t base = 0;
    unsigned bits = 32;
    for (int i = 0; i < argc; i++) {
        const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
        char *end = NULL;
        if (!strcmp(a, "--help") || !strcmp(a, "-h")) {
            help();
            return 0;
        }
        if (!strcmp(a, "--bits") || !strcmp(a, "--base")) {
            if (!v)
                return usage_error("disasm %s: a value is missing: see 'vitrine disasm --help'", a);
            unsigned long long n = strtoull(v, &end, 0);
            if (*end || end == v || *v == '-')
                return usage_error("disasm %s %s: not a number: write it in decimal, or with 0x", a,
                                   v);
            bool mode = !strcmp(a, "--bits");
            if (mode && n != 16 && n != 32 && n != 64)
                return usage_error("disasm --bits %s: no such mode: choose 16, 32 or 64", v);
            if (mode)
                bits = (unsigned)n;
            else
                base = n;
            i++;
        } else if ((a[0] == '-' && a[1]) || path) {
            return usage_error("disasm %s: not understood: see 'vitrine disasm --help'", a);
        } else {
            path = a;
        }
    }
    if (!path)
        return usage_error("disasm: no file: give one, or - for standard input");
    uint8_t *p;
    size_t n;
    struct error err;
    if (!whole_file_read(path, FILE_LIMIT, &p, &n, &err)) {
        fprintf(stderr, "vitrine: %s\n", err.text);
        return 1;
    }
    bool ok = print_all(p, n, base, bits);
    free(p);
    return ok ? 0 : 1;
}
