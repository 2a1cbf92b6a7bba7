/* SPDX-License-Identifier: BSD-2-Clause */
/* Models and features from cpu/models.h, instructions from the decoder. */
#include "machine/tools.h"

#include <stdio.h>
#include <stdlib.h>

#include "cpu/insn.h"
#include "cpu/models.h"

static const struct { uint32_t bit; const char *name; } features[] = {
    { F_186, "186" }, { F_286, "286" }, { F_386, "386" }, { F_486, "486" }, { F_FPU, "fpu" },
    { F_CPUID, "cpuid" }, { F_VME, "vme" }, { F_DE, "de" }, { F_PSE, "pse" }, { F_TSC, "tsc" },
    { F_MSR, "msr" }, { F_PAE, "pae" }, { F_CX8, "cx8" }, { F_SEP, "sep" }, { F_MTRR, "mtrr" },
    { F_PGE, "pge" }, { F_CMOV, "cmov" }, { F_PAT, "pat" }, { F_MMX, "mmx" }, { F_FXSR, "fxsr" },
    { F_P6, "p6" }, { F_SSE, "sse" }, { F_SSE2, "sse2" }, { F_LM, "lm" }, { F_VM, "vm" },
};

int tools_cpu_find(const char *name) { return cpu_model_find(name); }
unsigned tools_cpu_count(void) { return CPU_MODEL_COUNT; }
bool tools_cpu_is_default(unsigned i) { return i == CPU_MODEL_DEFAULT; }
const char *tools_cpu_name(unsigned i) { return cpu_models[i].name; }
const char *tools_cpu_title(unsigned i) { return cpu_models[i].title; }

const char *tools_cpu_feature(unsigned i, unsigned n)
{
    for (size_t k = 0; k < ARRAY_LEN(features); k++)
        if (cpu_models[i].features & features[k].bit && !n--)
            return features[k].name;
    return NULL;
}

struct tools_disasm { struct decoder decoder; };

struct tools_disasm *tools_disasm_new(void)
{
    struct tools_disasm *d = malloc(sizeof *d);
    if (d)
        decoder_init(&d->decoder);
    return d;
}

void tools_disasm_free(struct tools_disasm *d) { free(d); }

unsigned tools_disasm(const struct tools_disasm *d, const uint8_t *p, size_t n, uint64_t address,
                      unsigned bits, char *text, size_t room)
{
    struct decode_mode mode = { (uint8_t)bits, CPU_MODEL_DEFAULT };
    struct insn insn;
    int len = insn_decode(&d->decoder, &insn, mode, p, n < TOOLS_INSN_MAX ? n : TOOLS_INSN_MAX);
    if (len > 0) {
        insn_print(text, room, &insn, mode, address);
        return (unsigned)len;
    }
    snprintf(text, room, "db 0x%02x", p[0]);
    return 1;
}
