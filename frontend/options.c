/* SPDX-License-Identifier: BSD-2-Clause */
/* The option table of `vitrine run`. One row an option: its name, its help, and what reads its
 * value. */
#include "frontend/options.h"

#include "machine/tools.h"

struct option {
    const char *name, *value, *help;     /* value NULL: a switch */
    bool      (*set)(struct options *o, const char *v, unsigned arg, struct error *err);
    unsigned    arg;
};

static bool bad(struct error *err, const char *v, const char *what)
{
    return error_set(err, 2, "%s: %s", v, what);
}

/* ---- values ---- */

bool parse_count(const char *s, uint64_t *n)
{
    uint64_t v = 0;
    if (!*s)
        return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9' || v > (UINT64_MAX - 9) / 10)
            return false;
        v = v * 10 + (uint64_t)(*s - '0');
    }
    *n = v;
    return true;
}

/* A decimal number as an integer of 10^-places: "1.5" with 3 places is 1500. */
static bool parse_decimal(const char *s, unsigned places, uint64_t *out)
{
    uint64_t v = 0;
    unsigned after = 0;
    bool point = false, digits = false;
    for (; *s; s++) {
        if (*s == '.' && !point) {
            point = true;
            continue;
        }
        if (*s < '0' || *s > '9' || v > (UINT64_MAX - 9) / 10)
            return false;
        digits = true;
        if (point && after++ >= places)
            continue;
        v = v * 10 + (uint64_t)(*s - '0');
    }
    for (after = after < places ? after : places; after < places; after++) {
        if (v > UINT64_MAX / 10)
            return false;
        v *= 10;
    }
    *out = v;
    return digits;
}

bool parse_seconds(const char *s, uint64_t *ns) { return parse_decimal(s, 9, ns); }

bool parse_size(const char *s, uint64_t *bytes)
{
    char number[24];
    size_t n = strspn(s, "0123456789");
    uint64_t v;
    if (!n || n >= sizeof number)
        return false;
    memcpy(number, s, n);
    number[n] = 0;
    if (!parse_count(number, &v))
        return false;
    unsigned shift = 0;
    switch (s[n]) {
    case 'k': case 'K': shift = 10; n++; break;
    case 'm': case 'M': shift = 20; n++; break;
    case 'g': case 'G': shift = 30; n++; break;
    default: break;
    }
    if (shift && !strcmp(s + n, "iB"))
        n += 2;
    else if (shift && s[n] == 'B')
        n++;
    if (s[n] || v > UINT64_MAX >> shift)
        return false;
    *bytes = v << shift;
    return true;
}

/* Days from 1970-01-01 to a day of the proleptic Gregorian calendar. */
static int64_t days_from_date(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool parse_date(const char *s, int64_t *out)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    static const uint8_t month[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t f[6] = { 0 };
    if (strlen(s) != sizeof shape - 1)
        return false;
    for (unsigned i = 0, k = 0; shape[i]; i++) {
        if (shape[i] != 'd' && s[i] == shape[i])
            k++;
        else if (shape[i] == 'd' && s[i] >= '0' && s[i] <= '9')
            f[k] = f[k] * 10 + (s[i] - '0');
        else
            return false;
    }
    bool leap = f[0] % 4 == 0 && (f[0] % 100 || f[0] % 400 == 0);
    if (f[0] < 1970 || f[1] < 1 || f[1] > 12 || f[2] < 1 ||
        f[2] > month[f[1] - 1] + (leap && f[1] == 2) || f[3] > 23 || f[4] > 59 || f[5] > 59)
        return false;
    *out = days_from_date(f[0], f[1], f[2]) * 86400 + f[3] * 3600 + f[4] * 60 + f[5];
    return true;
}

/* ---- options ---- */

static bool set_machine(struct options *o, const char *v, unsigned arg, struct error *err)
{
    if (strcmp(v, "pc") && strcmp(v, "at"))
        return bad(err, v, "no such machine: choose pc or at");
    o->cfg.board = v[0] == 'a' ? BOARD_AT : BOARD_PC;
    return o->set_board = true;
}

static bool set_vga(struct options *o, const char *v, unsigned arg, struct error *err)
{
    if (strcmp(v, "std") && strcmp(v, "cirrus"))
        return bad(err, v, "no such display adapter: choose std or cirrus");
    o->cfg.vga = v[0] == 'c' ? VGA_CIRRUS : VGA_STD;
    return o->set_vga = true;
}

static bool set_cpu(struct options *o, const char *v, unsigned arg, struct error *err)
{
    o->cfg.cpu_model = tools_cpu_find(v);
    if (o->cfg.cpu_model < 0)
        return bad(err, v, "no such processor: choose one from 'vitrine cpu list'");
    return o->set_cpu = true;
}

static bool set_memory(struct options *o, const char *v, unsigned arg, struct error *err)
{
    uint64_t n;
    if (!parse_size(v, &n))
        return bad(err, v, "not a size: write a number with K, M or G, such as 128M");
    if (n < 1 << 20 || n > UINT64_C(3) << 30 || n % (1 << 20))
        return bad(err, v, "no machine has that much memory: give whole megabytes from 1M to 3G");
    o->cfg.memory = n;
    return o->set_memory = true;
}

static bool set_smp(struct options *o, const char *v, unsigned arg, struct error *err)
{
    uint64_t n;
    if (!parse_count(v, &n) || !n)
        return bad(err, v, "not a number of processors: give 1");
    return n == 1 ? true : bad(err, v, "this version runs one processor: leave the option out");
}

static bool set_media(struct options *o, const char *v, unsigned arg, struct error *err)
{
    if (o->media[arg])
        return bad(err, v, "this drive has an image already: give one image a drive");
    o->media[arg] = v;
    return true;
}

static bool set_boot(struct options *o, const char *v, unsigned arg, struct error *err)
{
    size_t n = strlen(v);
    for (size_t i = 0; i < n; i++)
        if (!strchr("acdn", v[i]) || memchr(v, v[i], i))
            n = 0;
    if (!n)
        return bad(
            err, v,
            "not a boot order: give some of a (floppy), c (disk), d (CD), n (network), such as dc");
    memcpy(o->cfg.boot, v, n + 1);
    return o->set_boot = true;
}

enum text { T_KERNEL, T_APPEND, T_BIOS, T_VGABIOS, T_DEBUGCON, T_SCRIPT, T_LOAD, T_SAVE,
            T_SCREENSHOT, T_SCREEN_TEXT, T_RECORD, T_REPLAY, T_DROP };
static bool set_text(struct options *o, const char *v, unsigned arg, struct error *err)
{
    const char **to[] = {
        [T_KERNEL] = &o->kernel, [T_APPEND] = &o->cfg.append, [T_BIOS] = &o->bios,
        [T_VGABIOS] = &o->vgabios, [T_DEBUGCON] = &o->debugcon, [T_SCRIPT] = &o->script,
        [T_LOAD] = &o->load, [T_SAVE] = &o->save, [T_SCREENSHOT] = &o->screenshot,
        [T_SCREEN_TEXT] = &o->screen_text, [T_RECORD] = &o->record, [T_REPLAY] = &o->replay,
        [T_DROP] = &o->drop,
    };
    if (!*v && arg != T_APPEND)
        return bad(err, "''", "empty: give a file name");
    *to[arg] = v;
    return true;
}

static bool add_initrd(struct options *o, const char *v, unsigned arg, struct error *err)
{
    if (o->cfg.initrds == INITRDS_MAX)
        return bad(err, v, "too many modules: give at most 16");
    o->initrd[o->cfg.initrds++] = v;
    return true;
}

static bool add_serial(struct options *o, const char *v, unsigned arg, struct error *err)
{
    if (o->serials == 4)
        return bad(err, v, "there are four serial ports: give --serial at most four times");
    for (unsigned i = 0; i < o->serials; i++)
        if (!strcmp(v, "stdio") && !strcmp(o->serial[i], v))
            return bad(err, v, "another serial port has it: give stdio once");
    o->serial[o->serials++] = v;
    return true;
}

enum flag { F_DISCARD, F_TESTDEV, F_HEADLESS, F_FULLSCREEN, F_CHECK, F_NO_REBOOT, F_HASH, F_STATS,
            F_VERBOSE };
static bool set_flag(struct options *o, const char *v, unsigned arg, struct error *err)
{
    bool *to[] = {
        [F_DISCARD] = &o->discard_writes,
        [F_TESTDEV] = &o->cfg.testdev,
        [F_HEADLESS] = &o->headless,
        [F_FULLSCREEN] = &o->fullscreen,
        [F_CHECK] = &o->cfg.check_engine,
        [F_NO_REBOOT] = &o->cfg.no_reboot,
        [F_HASH] = &o->hash,
        [F_STATS] = &o->stats,
        [F_VERBOSE] = &o->verbose,
    };
    return *to[arg] = true;
}

static bool set_display(struct options *o, const char *v, unsigned arg, struct error *err)
{
    if (strcmp(v, "sdl") && strcmp(v, "none"))
        return bad(err, v, "no such display: choose sdl or none");
    o->headless = v[0] == 'n';
    return true;
}

static bool set_parallel(struct options *o, const char *v, unsigned arg, struct error *err)
{
    if (strcmp(v, "none") && (strncmp(v, "file:", 5) || !v[5]))
        return bad(err, v, "not a place for a printer: write file:PATH, or none");
    o->parallel = v;
    return true;
}

static bool set_sound(struct options *o, const char *v, unsigned arg, struct error *err)
{
    if (!strcmp(v, "wav:") || !strcmp(v, "wav:-"))
        return bad(err, v, "not a file name: write wav:FILE");
    if (strcmp(v, "sdl") && strcmp(v, "none") && strncmp(v, "wav:", 4))
        return bad(err, v, "not a place for sound: choose sdl, none or wav:FILE");
    o->sound = v;
    return true;
}

static bool set_scale(struct options *o, const char *v, unsigned arg, struct error *err)
{
    uint64_t n;
    if (!parse_count(v, &n) || n < 1 || n > 8)
        return bad(err, v, "not a scale: give 1 to 8");
    o->scale = (unsigned)n;
    return true;
}

static bool set_clock(struct options *o, const char *v, unsigned arg, struct error *err)
{
    uint64_t ips = 0;
    o->realtime = !strcmp(v, "realtime");
    if (!o->realtime && strcmp(v, "fixed")) {
        if (strncmp(v, "fixed:", 6) || !parse_decimal(v + 6, 6, &ips) || ips < 1000000 ||
            ips > UINT64_C(4000000000))
            return bad(err, v,
                       "not a clock: write realtime, fixed or fixed:MIPS with MIPS from 1 to 4000");
        o->cfg.ips = ips;
        o->set_ips = true;
    }
    return o->set_clock = true;
}

static bool set_keymap(struct options *o, const char *v, unsigned arg, struct error *err)
{
    o->keymap = layout_find(v);
    o->set_keymap = true;
    return o->keymap ? true
                     : error_set(err, 2, "%s: no such keyboard: choose one of %s", v,
                                 layout_names());
}

static bool set_host_key(struct options *o, const char *v, unsigned arg, struct error *err)
{
    o->host_key = host_key_find(v);
    return o->host_key ? true
                       : error_set(err, 2, "%s: not a host key: choose one of %s", v,
                                   host_key_names());
}

static bool set_rtc(struct options *o, const char *v, unsigned arg, struct error *err)
{
    o->rtc_now = !strcmp(v, "now");
    if (!o->rtc_now && !parse_date(v, &o->cfg.rtc_start))
        return bad(err, v, "not a date: write now or YYYY-MM-DDTHH:MM:SS");
    return o->set_rtc = true;
}

static bool set_engine(struct options *o, const char *v, unsigned arg, struct error *err)
{
    static const struct { const char *name; enum engine engine; } names[] = {
        { "auto", ENGINE_AUTO }, { "interp", ENGINE_INTERP }, { "ir", ENGINE_IR },
    };
    if (!strcmp(v, "jit"))
        return bad(err, v, "this version has no translator to host code: choose interp or auto");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!strcmp(v, names[i].name)) {
            o->cfg.engine = names[i].engine;
            return true;
        }
    }
    return bad(err, v, "no such engine: choose interp, ir or auto");
}

static bool set_max_instructions(struct options *o, const char *v, unsigned arg, struct error *err)
{
    if (!parse_count(v, &o->max_instructions) || !o->max_instructions)
        return bad(err, v, "not a number of instructions: give a whole number from 1");
    return true;
}

static bool set_max_seconds(struct options *o, const char *v, unsigned guest, struct error *err)
{
    uint64_t ns;
    if (!parse_seconds(v, &ns) || !ns)
        return bad(err, v, "not a time: give a number of seconds, such as 10 or 0.5");
    *(guest ? &o->max_guest : &o->max_host) = ns;
    return true;
}

/* For tests: what must make no difference to the guest. */
enum tuning { U_SLICE, U_CACHE_OPS, U_BLOCK_OPS };
static bool set_tuning(struct options *o, const char *v, unsigned arg, struct error *err)
{
    uint32_t *to[] = {
        [U_SLICE] = &o->cfg.slice,
        [U_CACHE_OPS] = &o->cfg.cache_ops,
        [U_BLOCK_OPS] = &o->cfg.block_ops,
    };
    uint64_t n;
    if (!parse_count(v, &n) || !n || n > 100000000)
        return bad(err, v, "not a number from 1 to 100000000");
    *to[arg] = (uint32_t)n;
    return true;
}

/* clang-format off */
static const struct option options[] = {
    { "--machine", "pc|at", "PCI board (default), or a plain ISA AT board", set_machine, 0 },
    { "--vga", "std|cirrus", "VGA with VBE (default), or a Cirrus Logic GD5446", set_vga, 0 },
    { "--cpu", "MODEL", "processor, see 'vitrine cpu list'; default the most capable", set_cpu, 0 },
    { "--memory", "SIZE", "default 128M", set_memory, 0 },
    { "--smp", "N", "processors; this version runs 1", set_smp, 0 },
    { "--fda", "FILE", "first floppy", set_media, SLOT_FDA },
    { "--fdb", "FILE", "second floppy", set_media, SLOT_FDB },
    { "--hda", "FILE", "first disk; --hdb, --hdc, --hdd likewise", set_media, SLOT_HDA },
    { "--hdb", "FILE", NULL, set_media, SLOT_HDB },
    { "--hdc", "FILE", NULL, set_media, SLOT_HDC },
    { "--hdd", "FILE", NULL, set_media, SLOT_HDD },
    { "--cdrom", "FILE", "CD", set_media, SLOT_CDROM },
    { "--discard-writes", NULL, "what the guest writes to its disks is forgotten at the end",
      set_flag, F_DISCARD },
    { "--boot", "LETTERS", "order: a floppy, c disk, d CD, n network", set_boot, 0 },
    { "--kernel", "FILE", "start a Linux bzImage or a Multiboot image", set_text, T_KERNEL },
    { "--initrd", "FILE", "initial RAM disk, or a Multiboot module (repeat for several)",
      add_initrd, 0 },
    { "--append", "TEXT", "command line of the kernel", set_text, T_APPEND },
    { "--bios", "FILE", "other firmware than the built-in", set_text, T_BIOS },
    { "--vgabios", "FILE", "other video firmware than the built-in", set_text, T_VGABIOS },
    { "--serial", "WHERE", "stdio, file:PATH, tcp:HOST:PORT or none; repeat for COM1 to COM4",
      add_serial, 0 },
    { "--parallel", "WHERE", "file:PATH takes what the guest prints on LPT1; default none",
      set_parallel, 0 },
    { "--debugcon", "WHERE", "stdio or file:PATH: what the guest writes to port E9h",
      set_text, T_DEBUGCON },
    { "--testdev", NULL, "test device, and exit port F4h", set_flag, F_TESTDEV },
    { "--sound", "WHERE", "sdl (default in a window), none (default headless), or wav:FILE",
      set_sound, 0 },
    { "--display", "sdl|none", "a window, or none", set_display, 0 },
    { "--headless", NULL, "the same as --display none", set_flag, F_HEADLESS },
    { "--fullscreen", NULL, "the window fills the screen", set_flag, F_FULLSCREEN },
    { "--scale", "N", "size of the window: N times 720x540", set_scale, 0 },
    { "--host-key", "NAME", "the window's own key: rctrl (default), menu, scrolllock, f12...",
      set_host_key, 0 },
    { "--drop", "FILE", NULL, set_text, T_DROP },
    { "--clock", "WHICH",
      "realtime (default in a window) or fixed[:MIPS], unpaced (default headless)",
      set_clock, 0 },
    { "--rtc", "WHEN", "now, or YYYY-MM-DDTHH:MM:SS; default headless 2026-01-01T00:00:00",
      set_rtc, 0 },
    { "--engine", "NAME", "interp, ir or auto", set_engine, 0 },
    { "--check-engine", NULL, "run two engines in lockstep, stop at the first difference",
      set_flag, F_CHECK },
    { "--no-reboot", NULL, "a reset by the guest ends the run", set_flag, F_NO_REBOOT },
    { "--max-instructions", "N", "stop at that many, from power-on", set_max_instructions, 0 },
    { "--max-guest-seconds", "S", "stop at that guest time, from power-on", set_max_seconds, 1 },
    { "--max-seconds", "S", "stop after so much time on the host", set_max_seconds, 0 },
    { "--script", "FILE", "type, wait and look as the file says (docs/SCRIPTS.md)",
      set_text, T_SCRIPT },
    { "--keymap", "NAME", "the guest's keyboard, for pasted text and scripts: us, uk, de, fr...",
      set_keymap, 0 },
    { "--record", "FILE", "write everything that comes to the guest from outside to a log",
      set_text, T_RECORD },
    { "--replay", "FILE", "headless: inputs come from such a log, and so does the pace",
      set_text, T_REPLAY },
    { "--load", "FILE", "start from a snapshot", set_text, T_LOAD },
    { "--save", "FILE", "write a snapshot at the end", set_text, T_SAVE },
    { "--screenshot", "FILE.png", "write the screen at the end", set_text, T_SCREENSHOT },
    { "--screen-text", "FILE", "write the screen's text at the end", set_text, T_SCREEN_TEXT },
    { "--hash", NULL, "print 'hash HEX instructions N' at the end", set_flag, F_HASH },
    { "--stats", NULL, "print one line of JSON at the end", set_flag, F_STATS },
    { "--slice", "N", NULL, set_tuning, U_SLICE },
    { "--cache-ops", "N", NULL, set_tuning, U_CACHE_OPS },
    { "--block-ops", "N", NULL, set_tuning, U_BLOCK_OPS },
    { "--verbose", NULL, "show on standard error what the guest does that is odd",
      set_flag, F_VERBOSE },
};
/* clang-format on */

void options_help(FILE *to)
{
    fprintf(to,
        "usage: vitrine run [OPTIONS] [IMAGE]\n\n"
        "Runs a machine now; nothing is kept but what goes to its disks. IMAGE is a disk, floppy\n"
        "or CD image, recognised by content and size.\n\n");
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        char left[40];
        if (!options[i].help)
            continue;
        snprintf(left, sizeof left, "%s %s", options[i].name,
                 options[i].value ? options[i].value : "");
        fprintf(to, "  %-24s %s\n", left, options[i].help);
    }
    fprintf(
        to,
        "\n"
        "'-' as a FILE to write is standard output. With --serial stdio on a terminal, Ctrl-A x\n"
        "quits and Ctrl-A Ctrl-A sends Ctrl-A. In the window the host key gives the mouse back,\n"
        "or opens the menu, which shows the shortcuts; it is the right Ctrl key (the left Command\n"
        "key on a Mac) unless --host-key names another. Ctrl+Alt+G gives the mouse back too.\n\n"
        "Exit status: 0 powered off or script ended well, 1 trouble the message explains, 2 "
        "usage,\n"
        "3 a limit was reached, 4 the guest cannot go on, 5 a script's wait failed, 10 the guest\n"
        "reported failure to the test device.\n");
}

/* ---- the command line ---- */

static const struct option *find(const char *arg, size_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        if (strlen(options[i].name) == n && !memcmp(options[i].name, arg, n))
            return &options[i];
    return NULL;
}

/* Letters to put in, take out or change to make one word the other. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[32], n = (unsigned)strlen(b);
    if (n >= ARRAY_LEN(row))
        return n;
    for (unsigned k = 0; k <= n; k++)
        row[k] = k;
    for (; *a; a++) {
        unsigned corner = row[0]++;
        for (unsigned k = 1; k <= n; k++) {
            unsigned best = corner + (*a != b[k - 1]);
            corner = row[k];
            best = best < row[k] + 1 ? best : row[k] + 1;
            row[k] = best < row[k - 1] + 1 ? best : row[k - 1] + 1;
        }
    }
    return row[n];
}

/* What was meant: the one that begins so, else one that is spelt much like it; or NULL. */
static const char *meant(const char *arg, size_t n)
{
    const char *begins = NULL, *like = NULL;
    char word[32] = "";
    unsigned n_begin = 0, best = 3;
    if (n < 4 || n >= sizeof word)
        return NULL;
    memcpy(word, arg, n);
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        const char *name = options[i].name;
        unsigned d = options[i].help ? distance(word, name) : best;
        if (options[i].help && !strncmp(name, word, n)) {
            begins = name;
            n_begin++;
        }
        if (d < best) {
            best = d;
            like = name;
        }
    }
    return n_begin == 1 ? begins : like;
}

/* One option, with its value in this word or the next; *i moves on. */
static bool take(struct options *o, int argc, char **argv, int *i, struct error *err)
{
    const char *arg = argv[*i], *eq = strchr(arg, '='), *v = NULL;
    size_t n = eq ? (size_t)(eq - arg) : strlen(arg);
    const struct option *p = find(arg, n);
    const char *like = p ? NULL : meant(arg, n);
    if (like)
        return error_set(err, 2, "%s: no such option: did you mean %s?", arg, like);
    if (!p)
        return bad(err, arg, "no such option: see 'vitrine run --help'");
    if (eq)
        v = eq + 1;
    else if (p->value && *i + 1 < argc)
        v = argv[++*i];
    if (p->value && !v)
        return error_set(err, 2, "%s: a value is missing: write %s %s", arg, arg, p->value);
    if (!p->value && v)
        return bad(err, arg, "this option takes no value: leave it out");
    struct error why = { 0 };
    if (p->set(o, v, p->arg, &why))
        return true;
    return error_set(err, 2, "%s %s", p->name, why.text);
}

static bool check(struct options *o, struct error *err)
{
    if (!o->kernel && (o->cfg.initrds || o->cfg.append))
        return bad(err, o->cfg.initrds ? "--initrd" : "--append",
                   "only a kernel takes it: give --kernel too");
    if (o->media[SLOT_CDROM] && o->media[SLOT_HDC])
        return bad(err, "--cdrom", "the CD drive stands where --hdc is: use --hdd for the disk");
    if (o->replay && (o->script || o->record))
        return bad(err, o->script ? "--script" : "--record",
                   "a replay has its inputs already: leave it out");
    o->headless |= o->replay != NULL;
    const char *port = o->debugcon;
    if (port && strcmp(port, "stdio") && (strncmp(port, "file:", 5) || !port[5]))
        return error_set(err, 2, "--debugcon %s: not a place for it: write stdio or file:PATH",
                         port);
    return true;
}

enum parsed options_parse(struct options *o, int argc, char **argv, struct error *err)
{
    bool only_names = false;
    o->cfg.cpu_model = -1;
    o->keymap = layout_find("us");
    for (int i = 0; i < argc; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return PARSED_HELP;
    for (int i = 0; i < argc; i++) {
        if (!only_names && !strcmp(argv[i], "--")) {
            only_names = true;
        } else if (!only_names && argv[i][0] == '-') {
            if (!take(o, argc, argv, &i, err))
                return PARSED_BAD;
        } else if (o->image) {
            bad(err, argv[i], "a second image: name its drive, such as --cdrom FILE");
            return PARSED_BAD;
        } else if (!argv[i][0]) {
            bad(err, "''", "empty: give a file name");
            return PARSED_BAD;
        } else {
            o->image = argv[i];
        }
    }
    return check(o, err) ? PARSED_RUN : PARSED_BAD;
}
