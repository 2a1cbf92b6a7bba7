/* SPDX-License-Identifier: BSD-2-Clause */
/* INT 15h/53h: finding and connecting the power management BIOS. What comes after that is apm.S. */
#include "bios.h"

enum { REAL = 1, PROTECTED_16, PROTECTED_32 };
enum { E_REAL = 0x02, E_16 = 0x05, E_32 = 0x07, E_DEVICE = 0x09 };

struct apm_state { u8 mode, off, free, event; u16 version, pm_base; };  /* ORDER apm_state */
extern struct apm_state apm_state;                       /* apm.S */
extern const u8 apm_entry16[], apm_entry32[];
void apm_real(struct regs *r);

static void fail(struct regs *r, u8 code)
{
    r->ah = code;
    set_cf(r);
}

static void present(struct regs *r)
{
    if (r->bx) {
        fail(r, E_DEVICE);
        return;
    }
    r->ax = 0x0102;
    r->bx = 0x504d;                                      /* "PM" */
    r->cx = (u16)(3 | apm_state.off << 3 | apm_state.free << 4);  /* has 16- and 32-bit entries */
    clear_cf(r);
}

static void connect(struct regs *r, u8 mode)
{
    static const u8 already[] = { 0, E_REAL, E_16, E_32 };
    if (r->bx) {
        fail(r, E_DEVICE);
        return;
    }
    if (apm_state.mode) {
        fail(r, already[apm_state.mode]);
        return;
    }
    apm_state.mode = mode;
    apm_state.event = 0;
    apm_state.version = 0x0100;
    apm_state.pm_base = memory.pm_base;
    r->ah = 0;
    clear_cf(r);
    if (mode == PROTECTED_16) {                     /* code segment, entry, data segment, lengths */
        r->ax = r->cx = 0xf000;
        r->bx = (u16)(u32)apm_entry16;
        r->si = r->di = 0xffff;
    } else if (mode == PROTECTED_32) {
        r->ax = 0xe000;
        r->ebx = (u32)apm_entry32 - 0xe0000;
        r->cx = r->dx = 0xf000;
        r->esi = 0xffffffff;                            /* of the 16-bit code, of the 32-bit code */
        r->di = 0xffff;
    }
}

void int15_apm(struct regs *r)
{
    switch (r->al) {
    case 0: present(r); return;
    case 1: case 2: case 3: connect(r, r->al); return;
    case 4:
        if (r->bx)
            fail(r, E_DEVICE);
        else
            apm_real(r);
        return;
    default: apm_real(r);
    }
}
