/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/piix4_smb.h"

enum { SMBHSTSTS, SMBSLVSTS, SMBHSTCNT, SMBHSTCMD, SMBHSTADD, SMBHSTDAT0, SMBHSTDAT1, SMBBLKDAT,
       SMBSLVCNT, SMBSHDWCMD, SMBSLVEVT };
enum { FAILED = 0x10, BUS_ERR = 0x08, DEV_ERR = 0x04, INTER = 0x02,
       EVENTS = FAILED | BUS_ERR | DEV_ERR | INTER };
enum { START = 0x40, KILL = 0x02, INTEREN = 0x01, HSTCNT_KEPT = 0x1d };

const struct field piix4_smb_fields[] = {
    FIELD(struct piix4_smb, hststs),          FIELD(struct piix4_smb, hstcnt),
    FIELD(struct piix4_smb, hstcmd),          FIELD(struct piix4_smb, hstadd),
    FIELD_ARRAY(struct piix4_smb, dat),       FIELD_ARRAY(struct piix4_smb, block),
    FIELD_MAX(struct piix4_smb, index, 31),   FIELD(struct piix4_smb, slvcnt),
    FIELD_ARRAY(struct piix4_smb, slvevt),
    FIELD_END
};

void piix4_smb_reset(struct piix4_smb *p) { *p = (struct piix4_smb){ 0 }; }

bool piix4_smb_irq(const struct piix4_smb *p) { return p->hstcnt & INTEREN && p->hststs & EVENTS; }

static uint8_t *block_byte(struct piix4_smb *p)
{
    uint8_t *b = &p->block[p->index];
    p->index = (p->index + 1) & 31;
    return b;
}

/* 7.4: reading SMBHSTCNT goes back to the first byte of a block. */
uint8_t piix4_smb_read(struct piix4_smb *p, unsigned off)
{
    switch (off) {
    case SMBHSTSTS:                       return p->hststs;
    case SMBHSTCNT:  p->index = 0;        return p->hstcnt;
    case SMBHSTCMD:                       return p->hstcmd;
    case SMBHSTADD:                       return p->hstadd;
    case SMBHSTDAT0: case SMBHSTDAT1:     return p->dat[off - SMBHSTDAT0];
    case SMBBLKDAT:                       return *block_byte(p);
    case SMBSLVCNT:                       return p->slvcnt;
    case SMBSLVEVT: case SMBSLVEVT + 1:   return p->slvevt[off - SMBSLVEVT];
    default:                              return 0;
    }
}

/* 11.5.4.1: START is not heard "unless all interrupt status bits ... have been cleared". */
static void control(struct piix4_smb *p, uint8_t v)
{
    p->hstcnt = v & HSTCNT_KEPT;
    if (v & KILL)
        p->hststs |= FAILED;
    else if (v & START && !(p->hststs & EVENTS))
        p->hststs |= DEV_ERR;
}

void piix4_smb_write(struct piix4_smb *p, unsigned off, uint8_t v)
{
    switch (off) {
    case SMBHSTSTS:  p->hststs &= (uint8_t)~(v & EVENTS); break;
    case SMBHSTCNT:  control(p, v);                       break;
    case SMBHSTCMD:  p->hstcmd = v;                       break;
    case SMBHSTADD:  p->hstadd = v;                       break;
    case SMBHSTDAT0: case SMBHSTDAT1:
        p->dat[off - SMBHSTDAT0] = v;
        break;
    case SMBBLKDAT:  *block_byte(p) = v;                  break;
    case SMBSLVCNT:  p->slvcnt = v & 0x0f;                break;
    case SMBSLVEVT: case SMBSLVEVT + 1:
        p->slvevt[off - SMBSLVEVT] = v;
        break;
    default:
        break;
    }
}
