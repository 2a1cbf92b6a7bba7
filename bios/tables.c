/* SPDX-License-Identifier: BSD-2-Clause */
/* Room in the F segment, on paragraphs, for what operating systems look for there; tables32.c,
 * mp32.c and smbios32.c fill it. */
#include "bios.h"

extern u8 rsdp[20], pir[32 + 31 * 16], smbios_entry[32], bios32[16], mp_floating[16];
u8 rsdp[20] __attribute__((aligned(16))) = { 0 };
u8 pir[32 + 31 * 16] __attribute__((aligned(16))) = { 0 };
u8 smbios_entry[32] __attribute__((aligned(16))) = { 0 };
u8 bios32[16] __attribute__((aligned(16))) = { 0 };
u8 mp_floating[16] __attribute__((aligned(16))) = { 0 };
