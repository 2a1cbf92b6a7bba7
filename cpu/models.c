/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of CPU models. */
#include "cpu/models.h"

#define MODEL(id, name, title, features, signature) [id] = { name, title, features, signature },
const struct cpu_model_row cpu_models[CPU_MODEL_COUNT] = {
#include "cpu/models.def"
};
#undef MODEL

int cpu_model_find(const char *name)
{
    for (int i = 0; i < CPU_MODEL_COUNT; i++)
        if (!strcmp(cpu_models[i].name, name))
            return i;
    return -1;
}
