/* SPDX-License-Identifier: BSD-2-Clause */
/* Pads an option ROM to its size and sets the last byte so that all bytes sum to zero. Runs on the
 * host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* VBE's protected mode information block has a sum of its own: 20 bytes, the last one makes it
 * zero. */
static void finish_pmid(unsigned char *rom, size_t size)
{
    for (size_t i = 0; i + 20 <= size; i++) {
        unsigned char sum = 0;
        if (memcmp(rom + i, "PMID", 4))
            continue;
        for (size_t k = 0; k < 19; k++)
            sum = (unsigned char)(sum + rom[i + k]);
        rom[i + 19] = (unsigned char)(0u - sum);
        return;
    }
}

int main(int argc, char **argv)
{
    size_t size = argc == 4 ? (size_t)atol(argv[3]) : 0, n, i;
    unsigned char *rom = calloc(1, size + 1), sum = 0;
    FILE *f = argc == 4 ? fopen(argv[1], "rb") : NULL;

    if (!f || !rom)
        return 1;
    n = fread(rom, 1, size + 1, f);
    fclose(f);
    if (n >= size) {
        fprintf(stderr, "finish: %s does not fit into %lu bytes\n", argv[1], (unsigned long)size);
        return 1;
    }
    finish_pmid(rom, size);
    for (i = 0; i < size; i++)
        sum = (unsigned char)(sum + rom[i]);
    rom[size - 1] = (unsigned char)(0u - sum);
    f = fopen(argv[2], "wb");
    if (!f || fwrite(rom, 1, size, f) != size || fclose(f))
        return 1;
    printf("%s: %lu of %lu bytes used\n", argv[2], (unsigned long)n, (unsigned long)size);
    return 0;
}
