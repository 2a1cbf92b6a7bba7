/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the 16-bit part of the BIOS shares: types, the register frame of an interrupt, the BIOS data
 * area, ports, far memory.
 *
 * Memory model: code, constants, variables and stacks lie in one segment, F000h, which POST copies
 * to shadow RAM and leaves writable; CS = DS = ES = SS = F000h while C code runs. FS is always 0
 * (vectors and BIOS data area); GS is whatever far_seg() last put there, for the caller's memory.
 */
#pragma once

#include "io.h"

#ifdef __clang__
#define LOWMEM __attribute__((address_space(257)))      /* through FS */
#define FARMEM __attribute__((address_space(256)))      /* through GS */
#else
#define LOWMEM __seg_fs
#define FARMEM __seg_gs
#endif
#define PACKED       __attribute__((packed))
#define NOINLINE     __attribute__((noinline))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The caller's registers as entry.S lays them out; handlers change them in place. ORDER frame */
#define GPR(e, w, l, h) union { u32 e; u16 w; struct { u8 l, h; }; }
struct regs {
    u16 gs, fs, es, ds;
    union { u32 edi; u16 di; };
    union { u32 esi; u16 si; };
    union { u32 ebp; u16 bp; };
    u32 esp_unused;
    GPR(ebx, bx, bl, bh);
    GPR(edx, dx, dl, dh);
    GPR(ecx, cx, cl, ch);
    GPR(eax, ax, al, ah);
    u16 handler, ip, cs, flags;
};
enum { F_CF = 0x0001, F_ZF = 0x0040, F_IF = 0x0200 };

static inline void set_cf(struct regs *r) { r->flags |= F_CF; }
static inline void clear_cf(struct regs *r) { r->flags &= (u16)~F_CF; }

/* 0040:0000. Names and offsets as in the IBM technical references. */
struct bda {
    u16 com[4], lpt[3], ebda_seg;          /* 00 */
    u16 equipment;                         /* 10 */
    u8  post_status;
    u16 base_kb;                           /* 13 */
    u16 reserved15;
    u8  kb_flags, kb_flags2, kb_alt;       /* 17 18 19: shift states, Alt+keypad number */
    u16 kb_head, kb_tail;                  /* 1A 1C */
    u16 kb_buffer[16];                     /* 1E */
    u8  fd_recal, fd_motor, fd_timer, fd_status, fd_result[7];  /* 3E.. */
    u8  video[30];                         /* 49..66 */
    u16 resume_off, resume_seg;            /* 67: where shutdown codes 5 and 0Ah go on */
    u8  last_int;                          /* 6B */
    u32 ticks;                             /* 6C */
    u8  midnight, ctrl_break;              /* 70 71 */
    u16 warm_boot;                         /* 72 */
    u8  hd_status, hd_count, hd_control, hd_port;               /* 74 */
    u8  lpt_timeout[4], com_timeout[4];    /* 78 7C */
    u16 kb_start, kb_end;                  /* 80 82 */
    u8  video2[7];                         /* 84..8A */
    u8  fd_rate;                           /* 8B */
    u8  hd_state, hd_error, hd_irq;        /* 8C 8D 8E */
    u8  fd_controller, fd_state[2], fd_op[2], fd_track[2];      /* 8F 90 92 94 */
    u8  kb_mode, kb_leds;                  /* 96 97 */
    u16 wait_off, wait_seg;                /* 98: the flag INT 15h/83h sets */
    u32 wait_us;                           /* 9C */
    u8  wait_active;                       /* A0 */
} PACKED;
_Static_assert(sizeof(struct bda) == 0xa1, "BIOS data area");
#define bda ((volatile LOWMEM struct bda *)0x400)

/* The extended BIOS data area, 1 KB below 640 KB; FS-relative like all low memory. */
#define EBDA_SEG 0x9fc0
struct ebda {
    u8  size_kb;
    u8  gap1[0x21];
    u16 mouse_off, mouse_seg;              /* 22: the driver INT 15h/C207h named */
    u8  mouse_flags1, mouse_flags2;        /* 26 27: see mouse.c */
    u8  mouse_data[8];                     /* 28 */
    u8  gap2[0x3d - 0x30];
    u8  fdpt[2][16];                       /* 3D 4D: hard disk parameter tables, INT 41h and 46h */
} PACKED;

static inline void cli(void) { __asm__ volatile("cli" : : : "memory"); }
static inline void sti(void) { __asm__ volatile("sti" : : : "memory"); }
/* Sleeps until an interrupt has been handled; the STI shadow makes it free of races. */
static inline void sti_hlt_cli(void) { __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory"); }
static inline u32 flags_save_cli(void)
{
    u32 f;
    __asm__ volatile("pushfl\n\tpopl %0\n\tcli" : "=r"(f) : : "memory");
    return f;
}
static inline void flags_restore(u32 f)
{
    __asm__ volatile("pushl %0\n\tpopfl" : : "r"(f) : "memory", "cc");
}

/* Far memory: choose the segment, then use FARMEM pointers; far8() and friends do both. */
static inline void far_seg(u16 seg) { __asm__ volatile("movw %0, %%gs" : : "rm"(seg) : "memory"); }
static inline u8 far8(u16 seg, u16 off) { far_seg(seg); return *(volatile FARMEM u8 *)(u32)off; }
static inline u16 far16(u16 seg, u16 off) { far_seg(seg); return *(volatile FARMEM u16 *)(u32)off; }
static inline u32 far32(u16 seg, u16 off) { far_seg(seg); return *(volatile FARMEM u32 *)(u32)off; }
static inline void far8_set(u16 seg, u16 off, u8 v)
{
    far_seg(seg);
    *(volatile FARMEM u8 *)(u32)off = v;
}
static inline void far16_set(u16 seg, u16 off, u16 v)
{
    far_seg(seg);
    *(volatile FARMEM u16 *)(u32)off = v;
}
static inline void far32_set(u16 seg, u16 off, u32 v)
{
    far_seg(seg);
    *(volatile FARMEM u32 *)(u32)off = v;
}
#define vector_set(n, seg, off) (*(volatile LOWMEM u32 *)((n) * 4) = (u32)(seg) << 16 | (u16)(off))
#define vector_get(n)           (*(volatile LOWMEM u32 *)((n) * 4))

static inline u8 cmos_read(u8 i) { outb(0x70, i); return inb(0x71); }
static inline void cmos_write(u8 i, u8 v) { outb(0x70, i); outb(0x71, v); }

/* entry.S */
void int_call(u32 vec, struct regs *r);            /* a software interrupt with these registers */
void far_call(u32 seg_off, struct regs *r);        /* far call of an option ROM entry */
void mouse_call(u32 seg_off, u32 status, u32 x, u32 y);
void call32(u32 fn, u32 a, u32 b, u32 c);          /* a 32-bit function, in flat protected mode */
void boot_jump(u32 seg_off, u32 dx) __attribute__((noreturn));
void insw_far(u16 port, u32 linear, u32 words);    /* REP INSW / OUTSW to memory below 1 MB */
void outsw_far(u16 port, u32 linear, u32 words);
void fatal_halt(void) __attribute__((noreturn));

/* util.c */
void *memset(void *p, int c, u32 n);
void *memcpy(void *d, const void *s, u32 n);
void  far_put(u16 seg, u16 off, const void *s, u32 n);
void  put_char(char c);
void  print(const char *s);
void  print_dec(u32 v);
void  irq_eoi_slave(void);
/* True when n timer ticks (55 ms) have gone since *start; ticks need interrupts on. */
int   ticks_over(u32 start, u32 n);

/* The services, by file. */
void int10_none(struct regs *r), int11(struct regs *r), int12(struct regs *r);          /* sys.c */
void int15(struct regs *r), nmi(struct regs *r), irq13(struct regs *r), irq_master(struct regs *r);
void irq_slave(struct regs *r), irq9(struct regs *r), int05(struct regs *r);
void int15_mouse(struct regs *r), irq12(struct regs *r);                               /* mouse.c */
void int09(struct regs *r), int16(struct regs *r), kbd_init(void), kbd_leds(void);      /* kbd.c */
int  kbd_put(u16 key);
void kbd_busy(void);                        /* the caller does something besides polling for keys */
int  kbd_command(u8 c), i8042_send_mouse(u8 c);
void i8042_command(u8 c), i8042_data(u8 v);
int  i8042_read(void);
void int14(struct regs *r), int17(struct regs *r), ports_init(void);                   /* ports.c */
void int1a(struct regs *r), irq8(struct regs *r), rtc_init(void);                       /* rtc.c */
enum { DEVICE_FLOPPY = 0x01, DEVICE_KEYBOARD = 0x02, DEVICE_MOTOR = 0xfd };
int  device_busy(u8 device);                /* INT 15h/90h: true when a hook has done the waiting */
void device_ready(u8 device);               /* INT 15h/91h */
void wait_event(struct regs *r), wait_now(struct regs *r);
void int1a_pci(struct regs *r);                                                      /* pcibios.c */
void int13(struct regs *r);                                                            /* disk.c */
void floppy_init(void), irq6(struct regs *r), int13_floppy(struct regs *r);           /* floppy.c */
void int40(struct regs *r);
void int18(void), int19(void), boot_choose(void);                                      /* boot.c */
int  boot_menu_wanted(u32 since);                                                      /* menu.c */
void pnp_init(void);                                                                   /* pnp.c */
extern u8 pnp_header[0x21];
void int15_apm(struct regs *r);                                                        /* apm.c */
void e820(struct regs *r);                                                            /* memory.c */

/* Found by the 32-bit part of POST (post32.c) and left here, in this segment. */
struct memory_info {
    u32 low;                               /* end of RAM below 4 GB */
    u64 high;                              /* bytes of RAM above 4 GB */
    u32 rom_end;                           /* linear end of the option ROMs that were copied */
    u16 pm_base;                           /* ACPI registers, 0: none */
    u8  pci;                               /* a PCI host bridge is there; last bus */
    u8  last_bus;
    u16 rom_bdf[64];                       /* whose the option ROM at each 2 KB from C0000h is */
};
extern struct memory_info memory;
