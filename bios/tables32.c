/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables and the $PIR interrupt routing table. They stay in the shadow RAM of the BIOS, which
 * the memory map calls reserved; the ones that are searched for lie in the upper half, in tables.c.
 *
 * ACPI Specification 1.0b, chapter 5; Microsoft PCI IRQ Routing Table Specification 1.0.
 */
#include "post32.h"
#include "dsdt.h"

struct header {
    char sig[4];
    u32  length;
    u8   revision, sum;
    char oem[6], oem_table[8];
    u32  oem_revision;
    char creator[4];
    u32  creator_revision;
} PACKED;

#define HEADER(s, type, rev) { s, sizeof(type), rev, 0, "VITRIN", "VITRINE ", 1, "VTRN", 1 }

struct facs {
    char sig[4];
    u32  length, hardware, waking, lock, flags;
    u8   reserved[40];
} PACKED;

struct fadt {
    struct header h;
    u32 facs, dsdt;
    u8  int_model, reserved1;
    u16 sci;
    u32 smi_cmd;
    u8  acpi_enable, acpi_disable, s4bios, reserved2;
    u32 pm1a_evt, pm1b_evt, pm1a_cnt, pm1b_cnt, pm2_cnt, pm_tmr, gpe0, gpe1;
    u8  pm1_evt_len, pm1_cnt_len, pm2_cnt_len, pm_tmr_len, gpe0_len, gpe1_len, gpe1_base, reserved3;
    u16 lvl2_latency, lvl3_latency, flush_size, flush_stride;
    u8  duty_offset, duty_width, day_alarm, month_alarm, century, reserved4[3];
    u32 flags;
} PACKED;
_Static_assert(sizeof(struct fadt) == 116, "FADT of ACPI 1.0");

struct rsdt { struct header h; u32 tables[2]; } PACKED;
struct rsdp { char sig[8]; u8 sum; char oem[6]; u8 revision; u32 rsdt; } PACKED;

static struct facs facs __attribute__((aligned(64))) = { .sig = "FACS", .length = sizeof facs };
static struct rsdt rsdt __attribute__((aligned(16))) = { .h = HEADER("RSDT", struct rsdt, 1) };
/* SMI_CMD is 0: there is no legacy mode to leave, POST has set SCI_EN. */
static struct fadt fadt __attribute__((aligned(16))) = {
    .h = HEADER("FACP", struct fadt, 1),
    .sci = 9, .pm1_evt_len = 4, .pm1_cnt_len = 2, .pm_tmr_len = 4,
    .lvl2_latency = 0xfff, .lvl3_latency = 0xfff, .century = 0x32,
    .flags = 0x65,                         /* WBINVD, C1; no sleep button, no RTC status bit */
};

extern struct rsdp rsdp;                   /* tables.c */
extern u8 pir[], bios32[];
extern const u8 bios32_entry[];            /* entry32.S */

static u8 sum(const void *p, u32 n)
{
    const u8 *b = p;
    u8 s = 0;
    while (n--)
        s = (u8)(s + *b++);
    return s;
}

static void acpi_setup(u32 pm, u32 madt)
{
    struct rsdp *root = &SEG16(rsdp);
    fadt.facs = (u32)&facs;
    fadt.dsdt = (u32)dsdt_aml_code;
    fadt.pm1a_evt = pm;
    fadt.pm1a_cnt = pm + 4;
    fadt.pm_tmr = pm + 8;
    fadt.h.sum = (u8)-sum(&fadt, sizeof fadt);
    rsdt.tables[0] = (u32)&fadt;
    rsdt.tables[1] = madt;
    rsdt.h.length = sizeof rsdt - (madt ? 0 : 4);
    rsdt.h.sum = (u8)-sum(&rsdt, rsdt.h.length);
    signature(root, 'R', "SD PTR \0VITRIN\0", 16);
    root->rsdt = (u32)&rsdt;
    root->sum = (u8)-sum(root, sizeof *root);
    outw((u16)(pm + 4), 1);                              /* SCI_EN */
}

/* One entry a device: the links of its pins are the PIRQ registers 60h-63h of the ISA bridge. */
static void pir_setup(void)
{
    enum { DEVICES = 31, IRQS = 0x0c20 };
    u8 *t = &SEG16(pir[0]);
    signature(t, '$', "PIR\0\1", 6);
    *(u16 *)(t + 6) = 32 + DEVICES * 16;
    t[9] = 1 << 3;                         /* the router: 00:01.0 */
    *(u32 *)(t + 12) = 0x70008086;         /* as whose it works: PIIX3 */
    for (u32 d = 1; d <= DEVICES; d++) {
        u8 *e = t + 16 + d * 16;
        e[1] = (u8)(d << 3);
        for (u32 pin = 0; pin < 4; pin++) {
            e[2 + pin * 3] = (u8)(0x60 + ((d + pin - 1) & 3));
            e[3 + pin * 3] = IRQS & 0xff;
            e[4 + pin * 3] = IRQS >> 8;
        }
    }
    t[31] = (u8)-sum(t, 32 + DEVICES * 16);
}

/* BIOS32 Service Directory: where its entry is. */
static void bios32_setup(void)
{
    u8 *t = &SEG16(bios32[0]);
    memset(t, 0, 16);
    signature(t, '_', "32_", 4);
    *(u32 *)(t + 4) = (u32)bios32_entry;
    t[9] = 1;
    t[10] = (u8)-sum(t, 16);
}

void tables_setup(void)
{
    if (!SEG16(memory).pci)
        return;
    bios32_setup();
    pir_setup();
    u32 madt = mp_setup();
    if (SEG16(memory).pm_base)
        acpi_setup(SEG16(memory).pm_base, madt);
    smbios_setup();
}
