/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keyboard: 8042 and its initialisation, INT 09h (scan codes to keys), INT 16h.
 * IBM PS/2 and PC BIOS Interface Technical Reference; set 1 scan codes, as the 8042 translates
 * them.
 *
 * Programs that wait for a key by asking again and again would keep the host busy. When nothing has
 * happened between many polls, the processor halts until an interrupt: see idle().
 */
#include "bios.h"

enum { K_RSHIFT = 1, K_LSHIFT = 2, K_CTRL = 4, K_ALT = 8, K_SCROLL = 0x10, K_NUM = 0x20,
       K_CAPS = 0x40,
       K_INSERT = 0x80 };                                /* 40:17 */
enum { K2_LCTRL = 1, K2_LALT = 2, K2_SYSRQ = 4, K2_PAUSE = 8 };      /* 40:18; locks held: 10..80 */
enum { K3_E1 = 1, K3_E0 = 2, K3_RCTRL = 4, K3_RALT = 8, K3_101 = 0x10 };   /* 40:96 */

/* ---- 8042 ---- */
static int i8042_wait(u8 mask, u8 want)
{
    for (u32 n = 0; n < 100000; n++)
        if ((inb(0x64) & mask) == want)
            return 1;
    return 0;
}

void i8042_command(u8 c)
{
    i8042_wait(2, 0);
    outb(0x64, c);
}

void i8042_data(u8 v)
{
    i8042_wait(2, 0);
    outb(0x60, v);
}

/* The next byte from either port, -1 when none comes. */
int i8042_read(void)
{
    return i8042_wait(1, 1) ? inb(0x60) : -1;
}

int kbd_command(u8 c)
{
    i8042_data(c);
    for (u32 n = 0; n < 4; n++) {
        int v = i8042_read();
        if (v == 0xfa || v < 0)
            return v == 0xfa;
    }
    return 0;
}

void kbd_init(void)
{
    i8042_command(0xad);
    i8042_command(0xa7);
    while (inb(0x64) & 1)
        inb(0x60);
    i8042_command(0xaa);                                 /* self-test */
    i8042_read();
    i8042_command(0xa9);                                 /* a second port: so there is a mouse */
    if (i8042_read() == 0)
        bda->equipment |= 0x04;
    i8042_command(0x60);
    i8042_data(0x61);                               /* keyboard interrupt, translation; mouse off */
    i8042_command(0xae);
    if (kbd_command(0xff))                               /* reset; its BAT result follows */
        i8042_read();
    kbd_command(0xf4);
    bda->kb_mode = K3_101;
}

void kbd_leds(void)
{
    u8 want = bda->kb_flags >> 4 & 7;
    if ((bda->kb_leds & 7) == want)
        return;
    u32 f = flags_save_cli();
    i8042_command(0xad);                         /* what is typed meanwhile stays in the keyboard */
    i8042_command(0xae);
    if (!(inb(0x64) & 1)) {
        bda->kb_leds = (bda->kb_leds & 0xf8) | want;
        if (kbd_command(0xed))
            kbd_command(want);
    }
    flags_restore(f);
}

/* ---- the buffer ---- */
static u16 next_slot(u16 p)
{
    p = (u16)(p + 2);
    return p >= bda->kb_end ? bda->kb_start : p;
}

int kbd_put(u16 key)
{
    u16 tail = bda->kb_tail, next = next_slot(tail);
    if (next == bda->kb_head)
        return 0;
    *(volatile LOWMEM u16 *)(0x400u + tail) = key;
    bda->kb_tail = next;
    return 1;
}

/* ---- scan code to key ---- */
/* ASCII of 02h..35h without and with Shift; 0: not a character (Ctrl, Shift). */
static const char plain[] = "1234567890-=\b\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./";
static const char shifted[] = "!@#$%^&*()_+\b\0QWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?";
/* Keypad 47h..53h: digits, and the codes with Ctrl. */
static const char pad_digit[] = "789-456+1230.";
static const u8 pad_ctrl[] = { 0x77, 0x8d, 0x84, 0x8e, 0x73, 0x8f, 0x74, 0x90, 0x75, 0x91, 0x76,
                               0x92, 0x93 };

#define NO_KEY 0

static u16 ctrl_key(u8 sc, char c)
{
    if (c >= 'a' && c <= 'z')
        return (u16)(sc << 8 | (c & 0x1f));
    switch (sc) {
    case 0x03: return 0x0300;
    case 0x07: return 0x071e;
    case 0x0c: return 0x0c1f;
    case 0x0e: return 0x0e7f;
    case 0x0f: return 0x9400;
    case 0x1a: return 0x1a1b;
    case 0x1b: return 0x1b1d;
    case 0x1c: return 0x1c0a;
    case 0x2b: return 0x2b1c;
    default:   return NO_KEY;
    }
}

static u16 alt_key(u8 sc)
{
    if (sc <= 0x0d)
        return (u16)((sc + 0x76) << 8);
    if (sc == 0x0f)
        return 0xa500;
    return (u16)(sc << 8);
}

static u16 main_key(u8 sc, u8 mods, int shift)
{
    char c = plain[sc - 2];
    if (!c)
        return NO_KEY;
    if (mods & K_ALT)
        return alt_key(sc);
    if (mods & K_CTRL)
        return ctrl_key(sc, c);
    if (c >= 'a' && c <= 'z' && mods & K_CAPS)
        shift = !shift;
    return (u16)(sc << 8 | (u8)(shift ? shifted[sc - 2] : c));
}

static u16 function_key(u8 sc, u8 mods, int shift)
{
    u32 f11 = sc >= 0x57;
    if (f11)
        return (u16)((sc + (mods & K_ALT ? 0x34 : mods & K_CTRL ? 0x32 : shift ? 0x30 : 0x2e))
                     << 8);
    return (u16)((sc + (mods & K_ALT ? 0x2d : mods & K_CTRL ? 0x23 : shift ? 0x19 : 0)) << 8);
}

static u16 keypad_key(u8 sc, u8 mods, int shift)
{
    u8 i = (u8)(sc - 0x47);
    char digit = pad_digit[i];
    if (mods & K_ALT) {
        if (digit == '-' || digit == '+')
            return (u16)(sc << 8);
        if (digit != '.')
            bda->kb_alt = (u8)(bda->kb_alt * 10 + (digit - '0'));
        return NO_KEY;
    }
    if (mods & K_CTRL)
        return (u16)(pad_ctrl[i] << 8);
    if (digit == '-' || digit == '+')
        return (u16)(sc << 8 | (u8)digit);
    if (!(mods & K_NUM) != !shift)
        return (u16)(sc << 8 | (u8)digit);
    return sc == 0x4c ? 0x4cf0 : (u16)(sc << 8);
}

/* Behind an E0h prefix: the grey keys. */
static u16 grey_key(u8 sc, u8 mods)
{
    int alt = mods & K_ALT, ctrl = mods & K_CTRL;
    if (sc == 0x1c)
        return alt ? 0xa600 : ctrl ? 0xe00a : 0xe00d;
    if (sc == 0x35)
        return alt ? 0xa400 : ctrl ? 0x9500 : 0xe02f;
    if (sc < 0x47 || sc > 0x53 || sc == 0x4a || sc == 0x4c || sc == 0x4e)
        return NO_KEY;
    if (alt)
        return (u16)((sc + 0x50) << 8);
    if (ctrl)
        return (u16)(pad_ctrl[sc - 0x47] << 8 | 0xe0);
    return (u16)(sc << 8 | 0xe0);
}

static u16 translate(u8 sc, u8 e0)
{
    u8 mods = bda->kb_flags;
    int shift = (mods & (K_LSHIFT | K_RSHIFT)) != 0;
    if (e0)
        return grey_key(sc, mods);
    if (sc == 0x01)
        return mods & K_ALT ? 0x0100 : 0x011b;
    if (sc <= 0x35)
        return main_key(sc, mods, shift);
    if (sc == 0x37)
        return mods & K_ALT ? 0x3700 : mods & K_CTRL ? 0x9600 : 0x372a;
    if (sc == 0x39)
        return 0x3920;
    if ((sc >= 0x3b && sc <= 0x44) || sc == 0x57 || sc == 0x58)
        return function_key(sc, mods, shift);
    if (sc >= 0x47 && sc <= 0x53)
        return keypad_key(sc, mods, shift);
    if (sc == 0x56)
        return mods & (K_ALT | K_CTRL) ? NO_KEY : shift ? 0x567c : 0x565c;
    return NO_KEY;
}

/* ---- INT 09h ---- */
static void toggle(u8 bit, int down)
{
    if (down && !(bda->kb_flags2 & bit))                 /* not on autorepeat */
        bda->kb_flags ^= bit;
    bda->kb_flags2 = (u8)(down ? bda->kb_flags2 | bit : bda->kb_flags2 & ~bit);
}

static void alt_released(void)
{
    if (bda->kb_alt)
        kbd_put(bda->kb_alt);
    bda->kb_alt = 0;
}

/* Left and right Ctrl or Alt have a bit each; the common one is their OR. */
static void side_key(u8 bit, u8 left, u8 right, u8 e0, int down)
{
    if (e0)
        bda->kb_mode = (u8)(down ? bda->kb_mode | right : bda->kb_mode & ~right);
    else
        bda->kb_flags2 = (u8)(down ? bda->kb_flags2 | left : bda->kb_flags2 & ~left);
    int any = bda->kb_flags2 & left || bda->kb_mode & right;
    bda->kb_flags = (u8)(any ? bda->kb_flags | bit : bda->kb_flags & ~bit);
    if (bit == K_ALT && !any)
        alt_released();
}

static void set_bit(u8 bit, int down)
{
    bda->kb_flags = (u8)(down ? bda->kb_flags | bit : bda->kb_flags & ~bit);
}

static void ctrl_break(void)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    bda->kb_head = bda->kb_tail = bda->kb_start;
    bda->ctrl_break |= 0x80;
    int_call(0x1b, &r);
    kbd_put(0);
}

static void sysrq(int down)
{
    struct regs r;
    memset(&r, 0, sizeof r);
    r.ax = down ? 0x8500 : 0x8501;
    bda->kb_flags2 = (u8)(down ? bda->kb_flags2 | K2_SYSRQ : bda->kb_flags2 & ~K2_SYSRQ);
    int_call(0x15, &r);
}

static void reboot(void)
{
    bda->warm_boot = 0x1234;
    i8042_command(0xfe);
    fatal_halt();
}

static u8 print_screen;                                  /* wanted, when the interrupt is over */

/* True when the code was a shift, lock or command key. */
static int special_key(u8 sc, u8 e0, int down)
{
    u8 mods = bda->kb_flags;
    switch (sc) {
    case 0x2a: if (!e0) set_bit(K_LSHIFT, down); return 1;
    case 0x36: if (!e0) set_bit(K_RSHIFT, down); return 1;
    case 0x1d: side_key(K_CTRL, K2_LCTRL, K3_RCTRL, e0, down); return 1;
    case 0x38: side_key(K_ALT, K2_LALT, K3_RALT, e0, down); return 1;
    case 0x3a: toggle(K_CAPS, down); return 1;
    case 0x46:
        if (e0 || mods & K_CTRL) {
            if (down)
                ctrl_break();
        } else {
            toggle(K_SCROLL, down);
        }
        return 1;
    case 0x45:
        if (mods & K_CTRL && !e0) {
            if (down)
                bda->kb_flags2 |= K2_PAUSE;
        } else if (!e0) {
            toggle(K_NUM, down);
        }
        return 1;
    case 0x54: sysrq(down); return 1;
    case 0x37:
        if (!e0)
            return 0;
        if (down && mods & K_CTRL)
            kbd_put(0x7200);
        else if (down)
            print_screen = 1;
        return 1;
    case 0x53:
        if (down && (mods & (K_CTRL | K_ALT)) == (K_CTRL | K_ALT))
            reboot();
        return 0;
    case 0x52:
        if (down && (e0 || !(mods & (K_ALT | K_CTRL))) && (e0 || !(mods & K_NUM) == !(mods & 3)))
            bda->kb_flags ^= K_INSERT;
        return 0;
    default:
        return 0;
    }
}

/* Pause is E1 1D 45; the code after E1 counts what is still to be swallowed. */
static int prefix(u8 code)
{
    if (code == 0xe0) {
        bda->kb_mode |= K3_E0;
        return 1;
    }
    if (code == 0xe1) {
        bda->kb_mode |= K3_E1;
        return 1;
    }
    if (!(bda->kb_mode & K3_E1))
        return 0;
    if ((code & 0x7f) == 0x1d)
        return 1;
    bda->kb_mode &= (u8)~K3_E1;
    if (code == 0x45)
        bda->kb_flags2 |= K2_PAUSE;
    return 1;
}

static void key_code(u8 code)
{
    u8 e0 = bda->kb_mode & K3_E0, sc = code & 0x7f;
    int down = !(code & 0x80);
    if (prefix(code))
        return;
    bda->kb_mode &= (u8)~K3_E0;
    if (bda->kb_flags2 & K2_PAUSE && down && sc != 0x45 && sc != 0x1d) {
        bda->kb_flags2 &= (u8)~K2_PAUSE;              /* the key that ends the pause is not typed */
        return;
    }
    if (special_key(sc, e0, down) || !down || sc == 0)
        return;
    u16 key = translate(sc, e0);
    if (key != NO_KEY && kbd_put(key))
        device_ready(DEVICE_KEYBOARD);
}

void int09(struct regs *unused)
{
    struct regs r;
    if ((inb(0x64) & 0x21) != 0x01) {                    /* nothing for us: answered by polling */
        outb(0x20, 0x20);
        return;
    }
    memset(&r, 0, sizeof r);
    r.ax = 0x4f00 | inb(0x60);
    int_call(0x15, &r);
    int was_paused = bda->kb_flags2 & K2_PAUSE;
    if (r.flags & F_CF)
        key_code(r.al);
    kbd_leds();
    outb(0x20, 0x20);
    if (print_screen) {
        print_screen = 0;
        memset(&r, 0, sizeof r);
        int_call(0x05, &r);
    }
    if (!was_paused)
        while (bda->kb_flags2 & K2_PAUSE)
            sti_hlt_cli();
}

/* ---- INT 16h ---- */
/* What the older functions see: E0h low bytes are hidden, keys that the 84-key board lacks are
 * dropped. */
static int old_key(u16 *key)
{
    u8 lo = (u8)*key, hi = (u8)(*key >> 8);
    if (hi == 0xe0) {
        *key = (u16)((lo == '/' ? 0x35 : 0x1c) << 8 | lo);
        return 1;
    }
    if (lo == 0xf0 && hi)
        return 0;
    if (lo == 0xe0 && hi) {
        *key &= 0xff00;
        return 1;
    }
    return hi <= 0x84;
}

static u16 new_key(u16 key)
{
    return (key & 0xff) == 0xf0 && key >> 8 ? key & 0xff00 : key;
}

/* The key at the head, 0 and not *have when there is none; takes it when told. */
static u16 peek(int extended, int take, int *have)
{
    u16 key;
    for (;;) {
        u16 head = bda->kb_head;
        *have = head != bda->kb_tail;
        if (!*have)
            return 0;
        key = *(volatile LOWMEM u16 *)(0x400u + head);
        int ok = extended || old_key(&key);
        if (take || !ok)
            bda->kb_head = next_slot(head);
        if (ok)
            return extended ? new_key(key) : key;
    }
}

static void key_read(struct regs *r, int extended)
{
    int have;
    for (;;) {
        cli();
        r->ax = peek(extended, 1, &have);
        if (have)
            break;
        kbd_leds();
        if (!device_busy(DEVICE_KEYBOARD) && bda->kb_head == bda->kb_tail)
            sti_hlt_cli();
    }
}

/* Everything that shows whether the caller did something since its last poll: its registers, where
 * it called from and the top of its stack, where compilers keep variables; the cursors of all
 * pages, which output moves; the tick count. */
static u32 caller_state(const struct regs *r)
{
    const u32 *own = (const u32 *)r;
    u16 sp = *(const u16 *)(r + 1), ss = *((const u16 *)(r + 1) + 1);  /* entry.S puts them there */
    u32 h = bda->ticks;
    for (u32 i = 0; i < sizeof *r / 4 - 1; i++)
        h = (h << 5 | h >> 27) + own[i];
    h = (h << 5 | h >> 27) + (r->ip | (u32)r->cs << 16);
    for (u32 i = 0; i < 4; i++)
        h = (h << 5 | h >> 27) + *(volatile LOWMEM u32 *)(0x450 + i * 4);
    far_seg(ss);
    for (u32 i = 0; i < 16; i++)
        h = (h << 5 | h >> 27) + *(volatile FARMEM u32 *)((u16)(sp + sizeof *r + i * 4) & 0xfffcu);
    return h;
}

/*
 * A poll found nothing. A program that does nothing else asks thousands of times in a tick (55 ms)
 * of a slow machine; one that works meanwhile asks less often, or has other values in its
 * registers. So: from the IDLE_POLLS-th poll within a tick that finds all unchanged, sleep until
 * the next interrupt; none but the timer may come, so that must be open. Disk services start the
 * count afresh. The cost is a delay, a tick at most, of what a program learns by
 * polling other chips.
 */
enum { IDLE_POLLS = 100 };
static u32 last_caller;
static u16 idle_polls;

void kbd_busy(void) { idle_polls = 0; }

/* True when it slept: something may be in the buffer now. */
static int idle(const struct regs *r)
{
    u32 now = caller_state(r);
    if (now != last_caller) {
        last_caller = now;
        idle_polls = 0;
        return 0;
    }
    if (idle_polls < IDLE_POLLS) {
        idle_polls++;
        return 0;
    }
    if (inb(0x21) & 0x01)
        return 0;
    sti_hlt_cli();
    return 1;
}

static void key_poll(struct regs *r, int extended)
{
    int have;
    u16 key = peek(extended, 0, &have);
    kbd_leds();
    if (!have && idle(r))
        key = peek(extended, 0, &have);
    r->flags = (u16)(have ? r->flags & ~F_ZF : r->flags | F_ZF);
    if (have)
        r->ax = key;
    r->flags |= F_IF;
}

static void typematic(struct regs *r)
{
    u8 v = r->al == 0 ? 0x2b : (u8)((r->bh & 3) << 5 | (r->bl & 0x1f));
    if (r->al != 0 && r->al != 5)
        return;
    u32 f = flags_save_cli();
    if (kbd_command(0xf3))
        kbd_command(v);
    flags_restore(f);
}

void int16(struct regs *r)
{
    switch (r->ah) {
    case 0x00: key_read(r, 0); return;
    case 0x01: key_poll(r, 0); return;
    case 0x02: r->al = bda->kb_flags; return;
    case 0x03: typematic(r); return;
    case 0x05: r->al = !kbd_put(r->cx); return;
    case 0x09: r->al = 0x75; return;                     /* 0300h, 0305h, 0Ah, 10h-12h, 20h-22h */
    case 0x0a: r->bx = 0x41ab; return;
    case 0x10:
    case 0x20: key_read(r, 1); return;
    case 0x11:
    case 0x21: key_poll(r, 1); return;
    case 0x12:
    case 0x22:
        r->al = bda->kb_flags;
        r->ah = (u8)((bda->kb_flags2 & 0x73) | (bda->kb_flags2 & K2_SYSRQ ? 0x80 : 0) |
                     (bda->kb_mode & (K3_RCTRL | K3_RALT)));
        return;
    case 0x92:
    case 0xa2: r->ah = 0x80; return;               /* asked whether 10h-12h and 20h-22h are there */
    default:
        return;
    }
}
