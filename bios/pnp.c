/* SPDX-License-Identifier: BSD-2-Clause */
/* Plug and Play: the "$PnP" structure, and which of the nodes of pnp.S this board has. Plug and
 * Play BIOS Specification 1.0A, chapter 4. */
#include "disk.h"

extern const u8 pnp_entry[];
extern const u8 pnp_pic[], pnp_dma[], pnp_timer[], pnp_rtc[], pnp_keyboard[], pnp_mouse[],
    pnp_fpu[], pnp_speaker[], pnp_pci[], pnp_board[], pnp_floppy[], pnp_com1[], pnp_com2[],
    pnp_com3[], pnp_com4[], pnp_lpt1[], pnp_game[], pnp_vga[], pnp_ide1[], pnp_ide2[], pnp_ports[],
    pnp_power[];

enum { NODES = 24, APM_DEVICES = 6, ID = 3 };            /* ID: where a node has it */
/* read by pnp.S */
extern u16 pnp_list[NODES], pnp_apm_bytes, pnp_pm_base;
extern u8 pnp_count, pnp_apm[APM_DEVICES * 6];
u16 pnp_list[NODES] = { 0 }, pnp_apm_bytes = 0, pnp_pm_base = 0;
u8 pnp_count = 0, pnp_apm[APM_DEVICES * 6] = { 0 };
u8 pnp_header[0x21] __attribute__((aligned(16))) = { 0 };

static void add(const u8 *node, int there)
{
    if (there)
        pnp_list[pnp_count++] = (u16)(u32)node;
}

/* A device that power management knows by a number of its own (APM 1.2, appendix A). */
static void add_apm(const u8 *node, u16 apm, int there)
{
    add(node, there);
    if (!there)
        return;
    memcpy(pnp_apm + pnp_apm_bytes, node + ID, 4);
    *(u16 *)(pnp_apm + pnp_apm_bytes + 4) = apm;
    pnp_apm_bytes += 6;
}

static void serial_ports(void)
{
    static const u16 at[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };
    static const u8 *const node[] = { pnp_com1, pnp_com2, pnp_com3, pnp_com4 };
    for (u32 i = 0; i < 4; i++)
        for (u32 n = 0; n < 4; n++)
            add_apm(node[i], (u16)(0x0400 | n), bda->com[n] == at[i]);
}

/* Without PCI nobody else tells of them. */
static void isa_devices(void)
{
    if (memory.pci)
        return;
    add(pnp_vga, 1);
    add(pnp_ide1, disks[0].kind || disks[1].kind);
    add(pnp_ide2, disks[2].kind || disks[3].kind);
}

void pnp_init(void)
{
    static const u8 *const always[] = { pnp_pic, pnp_dma, pnp_timer, pnp_rtc, pnp_keyboard,
                                        pnp_mouse, pnp_fpu, pnp_speaker, pnp_board,
                                        pnp_ports };
    pnp_count = 0;
    pnp_apm_bytes = 0;
    pnp_pm_base = memory.pm_base;
    for (u32 i = 0; i < ARRAY_LEN(always); i++)
        add(always[i], 1);
    add(pnp_pci, memory.pci);
    add(pnp_power, memory.pm_base != 0);
    add_apm(pnp_floppy, 0x0200, cmos_read(0x10) != 0);
    serial_ports();
    add_apm(pnp_lpt1, 0x0300, bda->lpt[0] == 0x378);
    add(pnp_game, inb(0x201) != 0xff);                   /* at rest, the one-shots are 0 */
    isa_devices();

    u8 *h = pnp_header, sum = 0;
    memset(h, 0, sizeof pnp_header);
    *(u32 *)h = 0x506e5024;                              /* "$PnP" */
    h[4] = 0x10;
    h[5] = sizeof pnp_header;
    *(u16 *)(h + 13) = *(u16 *)(h + 17) = (u16)(u32)pnp_entry;   /* real mode; protected mode */
    *(u16 *)(h + 15) = 0xf000;
    *(u32 *)(h + 19) = *(u32 *)(h + 29) = 0xf0000;
    *(u16 *)(h + 27) = 0xf000;
    for (u32 i = 0; i < sizeof pnp_header; i++)
        sum = (u8)(sum + h[i]);
    h[8] = (u8)-sum;
}
