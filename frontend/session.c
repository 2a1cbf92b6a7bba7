/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens everything a machine needs, and closes it again, in that order. */
#include "frontend/session.h"

#include <stdio.h>

#include "core/snapshot.h"

#include "frontend/builtin.h"
#include "frontend/png.h"
#include "frontend/text.h"
#include "host/clock.h"
#include "host/disk_mem.h"
#include "host/media.h"
#include "host/memory.h"
#include "host/names.h"
#include "host/whole_file.h"
#include "machine/tools.h"

#define DEFAULT_RTC INT64_C(1767225600)          /* 2026-01-01T00:00:00: headless runs repeat */
#define FIRMWARE_MAX (16u << 20)
#define SNAPSHOT_MAX (UINT64_C(16) << 30)
#define MODULE_MAX   (UINT64_C(2) << 30)
#define CTRL_A 1
#define IPS_DEFAULT  UINT64_C(100000000)

/* ---- media ---- */

static bool open_demo(struct session *s, struct error *err)
{
    if (!builtin_demo.n)
        return error_set(err, 1, "this build has no demo disk: build with roms/demo.img in place");
    s->media[SLOT_FDA].bd = disk_mem_create(builtin_demo.p, builtin_demo.n, 512, err);
    strcpy(s->media[SLOT_FDA].name, "demo disk");
    return s->media[SLOT_FDA].bd != NULL;
}

/* Is it in another drive? Two that do not write may share it, so this is asked after a failure. */
static bool given_twice(const struct session *s, int slot, const char *path, struct error *err)
{
    for (int i = 0; i < SLOTS; i++)
        if (i != slot && s->media[i].path && name_same(s->media[i].path, path)) {
            error_set(err, 1, "'%s' is in drive %s already: give each drive its own image", path,
                      medium_drive(i));
            return true;
        }
    return false;
}

static bool open_medium(struct session *s, struct medium *d, int slot, const char *path,
                        struct error *err)
{
    if (medium_open(d, s->o, slot, path, err))
        return true;
    given_twice(s, slot, path, err);
    return false;
}

static bool open_image(struct session *s, struct error *err)
{
    static const uint8_t slots[] = {
        [MEDIA_FLOPPY] = SLOT_FDA, [MEDIA_DISK] = SLOT_HDA, [MEDIA_CD] = SLOT_CDROM,
        [MEDIA_CUE] = SLOT_CDROM,
    };
    enum media_kind kind;
    if (!s->o->image)
        return true;
    if (!media_recognise(s->o->image, &kind, err))
        return false;
    int slot = slots[kind];
    if (s->o->media[slot] || (slot == SLOT_CDROM && s->o->media[SLOT_HDC]))
        return error_set(err, 2,
                         "%s: drive %s has an image already: name another drive for one of them",
                         s->o->image, medium_drive(slot));
    return open_medium(s, &s->media[slot], slot, s->o->image, err);
}

static bool open_media(struct session *s, struct error *err)
{
    struct machine_config *c = &s->cfg;
    for (int i = 0; i < SLOTS; i++)
        if (s->o->media[i] && !open_medium(s, &s->media[i], i, s->o->media[i], err))
            return false;
    if (!open_image(s, err) || (s->o->demo && !open_demo(s, err)))
        return false;
    for (int i = 0; i < 2; i++)
        c->floppy[i] = s->media[SLOT_FDA + i].bd;
    for (int i = 0; i < 4; i++)
        c->disk[i] = s->media[SLOT_HDA + i].bd;
    bool loading = s->o->load != NULL;
    c->floppy_drive[0] = c->floppy[0] || !loading || s->was_floppy[0];
    c->floppy_drive[1] = c->floppy[1] || s->was_floppy[1];
    if (!c->disk[2] &&
        (s->media[SLOT_CDROM].bd || (loading ? s->was_cdrom[2] : c->board == BOARD_PC))) {
        c->disk[2] = s->media[SLOT_CDROM].bd;
        c->is_cdrom[2] = true;
    }
    return true;
}

/* ---- files ---- */

static bool load_file(struct session *s, const char *path, uint64_t limit, struct memory_image *to,
                      struct error *err)
{
    uint8_t *p;
    if (!whole_file_read(path, (size_t)limit, &p, &to->n, err))
        return false;
    to->p = s->files[s->n_files++] = p;
    return to->n ? true : error_set(err, 1, "%s: is empty: give the right file", path);
}

/* A module is FILE, or "FILE its arguments". */
static bool load_module(struct session *s, unsigned i, struct error *err)
{
    char path[4096];
    const char *spec = s->o->initrd[i], *blank = strchr(spec, ' ');
    if (blank && !whole_file_exists(spec) && (size_t)(blank - spec) < sizeof path) {
        memcpy(path, spec, (size_t)(blank - spec));
        path[blank - spec] = 0;
        s->cfg.initrd_args[i] = blank + 1;
        spec = path;
    }
    return load_file(s, spec, MODULE_MAX, &s->cfg.initrd[i], err);
}

/* The built-in firmware is 386 code. */
static bool firmware_suits(const struct options *o, struct error *err)
{
    const char *feature;
    if (o->cfg.cpu_model < 0)
        return true;
    unsigned cpu = (unsigned)o->cfg.cpu_model;
    for (unsigned n = 0; (feature = tools_cpu_feature(cpu, n)); n++)
        if (strcmp(feature, "386") == 0)
            return true;
    return error_set(err, 1,
                     "--cpu %s: the built-in firmware needs a 386: give --bios and --vgabios",
                     tools_cpu_name(cpu));
}

static bool open_files(struct session *s, struct error *err)
{
    const struct options *o = s->o;
    struct machine_config *c = &s->cfg;
    if (!o->bios && !o->load && !firmware_suits(o, err))
        return false;
    c->bios = (struct memory_image){ builtin_bios.p, builtin_bios.n };
    c->vgabios = (struct memory_image){ builtin_vgabios.p, builtin_vgabios.n };
    c->vgabios_any = !o->vgabios;
    if (o->bios && !load_file(s, o->bios, FIRMWARE_MAX, &c->bios, err))
        return false;
    if (o->vgabios && !load_file(s, o->vgabios, FIRMWARE_MAX, &c->vgabios, err))
        return false;
    if (!c->bios.n)
        return error_set(err, 1, "this build has no firmware: give --bios FILE and --vgabios FILE");
    c->kloadrom = (struct memory_image){ builtin_kload.p, builtin_kload.n };
    if (o->kernel && !load_file(s, o->kernel, MODULE_MAX, &c->kernel, err))
        return false;
    for (unsigned i = 0; i < c->initrds; i++)
        if (!load_module(s, i, err))
            return false;
    return true;
}

/* ---- endpoints ---- */

#define PORTS 6u                     /* four serial, debug, parallel */

static struct endpoint *port_of(const struct session *s, unsigned i)
{
    return i < 4 ? s->tap[i].to : i == 4 ? s->debugcon : s->printer;
}

static void tap_put(void *self, const uint8_t *p, size_t n)
{
    struct tap *t = self;
    if (t->to)
        endpoint_put(t->to, p, n);
    if (!t->keep)
        return;
    if (t->n + n > sizeof t->text - 1) {         /* forget the older half */
        size_t half = sizeof t->text / 2;
        size_t drop = t->n < half ? t->n : half;
        memmove(t->text, t->text + drop, t->n - drop);
        t->n -= drop;
    }
    for (size_t i = 0; i < n && t->n < sizeof t->text - 1; i++)
        if (p[i])
            t->text[t->n++] = (char)p[i];
    t->text[t->n] = 0;
}

static bool open_endpoint(struct endpoint **e, const char *option, const char *spec, bool input,
                          struct error *err)
{
    struct error why = { 0 };
    *e = endpoint_open(spec, input, &why);
    return *e ? true : error_set(err, why.code, "%s %s", option, why.text);
}

static bool open_endpoints(struct session *s, bool keep, struct error *err)
{
    const struct options *o = s->o;
    for (unsigned i = 0; i < 4; i++) {
        s->tap[i].keep = keep;
        s->cfg.serial[i] = (struct chardev){ tap_put, &s->tap[i] };
        if (i < o->serials && !open_endpoint(&s->tap[i].to, "--serial", o->serial[i], true, err))
            return false;
    }
    if (o->parallel && strcmp(o->parallel, "none")) {
        if (!open_endpoint(&s->printer, "--parallel", o->parallel, false, err))
            return false;
        s->cfg.printer = (struct chardev){ endpoint_put, s->printer };
    }
    if (!o->debugcon)
        return true;
    if (!open_endpoint(&s->debugcon, "--debugcon", o->debugcon, false, err))
        return false;
    s->cfg.debugcon = (struct chardev){ endpoint_put, s->debugcon };
    return true;
}

static void log_sink(void *self, enum log_category c, const char *text)
{
    static const char *const names[LOG_CATEGORIES] = { "guest", "device", "host" };
    if (c == LOG_HOST || *(const bool *)self)
        fprintf(stderr, "vitrine: %s: %s\n", names[c], text);
}

/* ---- the machine ---- */

/* With --load the machine is the one of the snapshot, save for what the options name. */
static bool apply_snapshot(struct session *s, const uint8_t *p, size_t n, struct error *err)
{
    const struct options *o = s->o;
    struct machine_config was = o->cfg, *c = &s->cfg;
    struct error why = { 0 };
    if (!machine_peek_config(p, n, &was, &why))
        return error_set(err, 1, "%s: %s", o->load, why.text);
    c->board = o->set_board ? c->board : was.board;
    c->vga = o->set_vga ? c->vga : was.vga;
    c->cpu_model = o->set_cpu ? c->cpu_model : was.cpu_model;
    c->memory = o->set_memory ? c->memory : was.memory;
    c->ips = o->set_ips ? c->ips : was.ips;
    c->rtc_start = o->set_rtc ? c->rtc_start : was.rtc_start;
    c->seed = was.seed;
    c->testdev |= was.testdev;
    c->kernel_boot = was.kernel_boot;
    for (unsigned i = 0; i < 4; i++)
        s->was_cdrom[i] = was.is_cdrom[i];
    for (unsigned i = 0; i < 2; i++)
        s->was_floppy[i] = was.floppy_drive[i];
    if (!o->set_boot)
        memcpy(c->boot, was.boot, sizeof c->boot);
    return true;
}

bool session_load_bytes(struct session *s, const char *path, const uint8_t *p, size_t n,
                        struct error *err)
{
    struct error why = { 0 };
    return machine_load(s->m, p, n, &why) ? true : error_set(err, 1, "%s: %s", path, why.text);
}

static bool make_machine(struct session *s, struct error *err)
{
    uint8_t *p = NULL;
    size_t n = 0, size;
    const char *load = s->o->load;
    bool ok = !load || (whole_file_read(load, (size_t)SNAPSHOT_MAX, &p, &n, err) &&
                        apply_snapshot(s, p, n, err));
    ok = ok && open_media(s, err) && open_files(s, err);
    if (ok) {
        s->m = machine_create(&s->cfg, err);
        if (s->m) {
            void *memory = machine_memory(s->m, &size);
            host_large_pages(memory, size);
        }
        ok = s->m && (!load || session_load_bytes(s, load, p, n, err));
    }
    free(p);
    return ok;
}

/* The log says when the guest's clock began, and at what rate; the hash, whether this is the
 * machine it was recorded on. */
static bool open_replay(struct session *s, struct error *err)
{
    s->replay = calloc(1, sizeof *s->replay);
    if (!s->replay)
        return error_set(err, 1, "not enough memory: close other programs");
    if (!log_reader_open(s->replay, s->o->replay, err))
        return false;
    s->cfg.rtc_start = s->replay->head.rtc;
    s->cfg.ips = s->replay->head.ips;
    return true;
}

static bool start_log(struct session *s, struct error *err)
{
    const struct options *o = s->o;
    if (s->replay && s->replay->head.start != machine_hash(s->m))
        return error_set(err, 1,
                         "%s: it was recorded on another machine: start with the same options as "
                         "then", o->replay);
    if (!o->record)
        return true;
    s->cfg.ips = s->cfg.ips ? s->cfg.ips : IPS_DEFAULT;
    if (!input_log_create(&s->log, o->record, err))
        return false;
    input_log_head(&s->log, &(struct log_head){ s->cfg.rtc_start, s->cfg.ips,
                                                machine_hash(s->m) });
    return true;
}

/* The file that a port or the sound goes to, or NULL. */
static const char *file_in(const char *spec)
{
    if (spec && !strncmp(spec, "file:", 5))
        return spec + 5;
    return spec && !strncmp(spec, "wav:", 4) ? spec + 4 : NULL;
}

/* What is written must not be what is read: an image would be gone before anybody noticed. */
static bool spares_inputs(const struct options *o, struct error *err)
{
    const char *in[6 + SLOTS + INITRDS_MAX] = { o->image,  o->bios,   o->vgabios,
                                                o->kernel, o->script, o->replay };
    const char *out[] = { o->save, o->screenshot, o->screen_text, o->record, file_in(o->serial[0]),
                          file_in(o->serial[1]), file_in(o->serial[2]), file_in(o->serial[3]),
                          file_in(o->debugcon), file_in(o->parallel), file_in(o->sound) };
    memcpy(in + 6, o->media, sizeof o->media);
    memcpy(in + 6 + SLOTS, o->initrd, sizeof o->initrd);
    for (size_t i = 0; i < ARRAY_LEN(in); i++)
        for (size_t k = 0; k < ARRAY_LEN(out) && in[i]; k++)
            if (out[k] && name_same(in[i], out[k]))
                return error_set(err, 1,
                                 "'%s' would be overwritten, and the machine needs it: name "
                                 "another file to write",
                                 out[k]);
    return true;
}

bool session_open(struct session *s, const struct options *o, bool keep_serial, struct error *err)
{
    memset(s, 0, sizeof *s);
    s->o = o;
    s->cfg = o->cfg;
    if (!o->set_rtc)
        s->cfg.rtc_start = o->realtime ? host_date() : DEFAULT_RTC;
    else if (o->rtc_now)
        s->cfg.rtc_start = host_date();
    if (!spares_inputs(o, err) || (o->replay && !open_replay(s, err)))
        return false;
    log_init(&s->cfg.log);
    s->cfg.log.sink = log_sink;
    s->cfg.log.self = (void *)&o->verbose;
    return open_endpoints(s, keep_serial, err) && make_machine(s, err) && start_log(s, err);
}

static bool close_medium(struct medium *d)
{
    struct error err;
    bool ok = medium_close(d, &err);
    if (err.text[0])
        fprintf(stderr, "vitrine: %s\n", err.text);
    return ok;
}

bool session_close_media(struct session *s)
{
    bool ok = true;
    for (int i = 0; i < SLOTS; i++)
        ok = close_medium(&s->media[i]) && ok;
    return ok;
}

void session_close(struct session *s)
{
    if (s->m)
        machine_destroy(s->m);
    session_close_media(s);
    for (unsigned i = 0; i < PORTS; i++)
        endpoint_close(port_of(s, i));
    for (unsigned i = 0; i < s->n_files; i++)
        free(s->files[i]);
    free(s->surface.px);
    if (s->log.f)
        fclose(s->log.f);
    if (s->replay)
        log_reader_close(s->replay);
    free(s->replay);
    memset(s, 0, sizeof *s);
}

/* ---- what comes from outside ---- */

static void record(struct session *s, struct log_entry *e)
{
    if (!s->log.f)
        return;
    e->icount = machine_icount(s->m);
    e->time = machine_now(s->m);
    input_log_put(&s->log, e);
}

static void record_path(struct session *s, enum logged what, int slot, const char *path,
                        uint64_t value)
{
    struct log_entry e = { .what = what, .slot = slot, .value = value };
    snprintf(e.path, sizeof e.path, "%s", path ? path : "");
    record(s, &e);
}

bool session_input(struct session *s, struct input in)
{
    if (!machine_input(s->m, in))
        return false;
    record(s, &(struct log_entry){ .what = LOGGED_INPUT, .in = in });
    return true;
}

void session_reset(struct session *s)
{
    record_path(s, LOGGED_RESET, 0, NULL, 0);
    machine_reset(s->m);
}

void session_power_button(struct session *s)
{
    record_path(s, LOGGED_POWER, 0, NULL, 0);
    machine_power_button(s->m);
}

void session_set_rate(struct session *s, uint64_t ips)
{
    record_path(s, LOGGED_RATE, 0, NULL, ips);
    machine_set_rate(s->m, ips);
    s->cfg.ips = ips;
}

bool session_end_log(struct session *s, struct error *err)
{
    if (!s->log.f)
        return true;
    record_path(s, LOGGED_END, 0, NULL, machine_hash(s->m));
    return input_log_close(&s->log, err);
}

/* An image that cannot be opened leaves the old one in the drive; only the same file again, which
 * its lock keeps from being opened twice, has to leave first. */
bool session_insert(struct session *s, int slot, const char *path, struct error *err)
{
    char drive = slot == SLOT_CDROM ? 'd' : (char)('a' + slot);
    struct medium *d = &s->media[slot], fresh = { 0 };
    bool again = path && d->path && name_same(d->path, path);
    if (!session_has_drive(s, slot))
        return machine_insert(s->m, drive, NULL, err);       /* which says so */
    if (!medium_retry(d, err) || (path && !again && !open_medium(s, &fresh, slot, path, err)))
        return false;
    machine_insert(s->m, drive, NULL, err);
    close_medium(d);
    bool ok = !again || open_medium(s, &fresh, slot, path, err);
    *d = fresh;
    ok = ok && (!path || machine_insert(s->m, drive, d->bd, err));
    record_path(s, path && ok ? LOGGED_INSERT : LOGGED_EJECT, slot, path, 0);
    return ok;
}

bool session_trouble(struct session *s, bool deleted, struct error *err)
{
    for (int i = 0; i < SLOTS; i++)
        if (medium_trouble(&s->media[i], deleted, err))
            return true;
    for (unsigned i = 0; i < PORTS; i++)
        if (port_of(s, i) && endpoint_trouble(port_of(s, i), err))
            return true;
    return false;
}

bool session_output_lost(const struct session *s)
{
    for (unsigned i = 0; i < PORTS; i++)
        if (port_of(s, i) && endpoint_lost(port_of(s, i)))
            return true;
    return false;
}

bool session_disks_good(struct session *s, struct error *err)
{
    bool ok = true;
    for (int i = 0; i < SLOTS; i++)
        ok = medium_retry(&s->media[i], err) && ok;
    return ok;
}

static uint64_t lasting_writes(const struct session *s, int slot)
{
    const struct blockdev *b = s->media[slot].bd;
    return b && !b->ops->load ? b->writes : 0;
}

static void note_writes(struct session *s)
{
    for (int i = 0; i < SLOTS; i++)
        s->writes[i] = lasting_writes(s, i);
}

bool session_disks_went_on(const struct session *s)
{
    for (int i = SLOT_HDA; i <= SLOT_HDD; i++)
        if (lasting_writes(s, i) != s->writes[i])
            return true;
    return false;
}

bool session_save(struct session *s, const char *path, struct error *err)
{
    struct buf out = { 0 };
    bool ok = machine_save(s->m, &out, err);
    if (ok && out.bad)
        ok = error_set(err, 1, "%s: not enough memory for a snapshot: close other programs", path);
    ok = ok && whole_file_write(path, out.p, out.len, err);
    if (ok) {
        record_path(s, LOGGED_SAVE, 0, path, 0);
        note_writes(s);
    }
    buf_free(&out);
    return ok;
}

bool session_load(struct session *s, const char *path, struct error *err)
{
    uint8_t *p;
    size_t n;
    if (!whole_file_read(path, (size_t)SNAPSHOT_MAX, &p, &n, err))
        return false;
    struct log_entry e = { .what = LOGGED_LOAD, .icount = machine_icount(s->m),
                           .time = machine_now(s->m), .value = crc32_update(0, p, n) };
    bool ok = session_load_bytes(s, path, p, n, err);
    if (ok)
        note_writes(s);
    snprintf(e.path, sizeof e.path, "%s", path);
    if (ok && s->log.f)
        input_log_put(&s->log, &e);
    free(p);
    return ok;
}

bool session_try_load(struct session *s, const char *path, struct error *err)
{
    struct buf now = { 0 };
    struct error why;
    bool ok = machine_save(s->m, &now, err) && !now.bad && session_load(s, path, err);
    if (!ok && (now.bad || !machine_load(s->m, now.p, now.len, &why)))
        error_set(err, 1, "%s: not enough memory to load it: close other programs", path);
    buf_free(&now);
    return ok;
}

bool session_has_drive(const struct session *s, int slot)
{
    const struct machine_config *c = &s->cfg;
    if (slot == SLOT_FDA || slot == SLOT_FDB)
        return c->floppy_drive[slot - SLOT_FDA];
    return slot == SLOT_CDROM &&
           (c->is_cdrom[0] || c->is_cdrom[1] || c->is_cdrom[2] || c->is_cdrom[3]);
}

const char *session_name(const struct session *s)
{
    static const uint8_t order[] = { SLOT_FDA, SLOT_CDROM, SLOT_HDD, SLOT_HDC, SLOT_HDB, SLOT_HDA };
    const struct options *o = s->o;
    const char *first = o->demo ? "demo" : o->kernel ? o->kernel : o->load ? o->load : "vitrine";
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (o->media[order[i]])
            first = o->media[order[i]];
    return path_last(o->image ? o->image : first);
}

bool session_is_demo(const struct session *s)
{
    bool demo = s->o->demo;
    for (int i = 0; i < SLOTS; i++)
        demo = demo && !s->media[i].path;
    return demo;
}

int session_slot_for(const struct session *s, const char *path, struct error *err)
{
    enum media_kind kind;
    if (!media_recognise(path, &kind, err))
        return -1;
    bool cd = kind == MEDIA_CD || kind == MEDIA_CUE;
    int slot = cd ? SLOT_CDROM : SLOT_FDA;
    bool known = cd || (kind == MEDIA_FLOPPY && media_surely_floppy(path));
    if (known && session_has_drive(s, slot))
        return slot;
    error_set(err, 1, known ? "%s: this machine has no drive for it"
                            : "%s: neither a floppy nor a CD image (a hard disk is given when the "
                              "machine starts)", path_last(path));
    return -1;
}

bool session_suits(int slot, const char *path, struct error *err)
{
    enum media_kind kind;
    uint64_t bytes = 0;
    if (!media_recognise(path, &kind, err))
        return false;
    if (slot != SLOT_CDROM)
        return (kind == MEDIA_FLOPPY && media_surely_floppy(path)) ||
               error_set(err, 1, "%s: not a floppy image", path_last(path));
    bool whole = kind == MEDIA_DISK && name_kind(path, &bytes) == NAME_FILE && bytes % 2048 == 0;
    return kind == MEDIA_CD || kind == MEDIA_CUE || whole ||
           error_set(err, 1, "%s: not a CD image", path_last(path));
}

/* ---- the screen ---- */

static bool have_surface(struct session *s)
{
    if (!s->surface.px)
        s->surface.px = calloc((size_t)SURFACE_MAX_W * SURFACE_MAX_H, sizeof *s->surface.px);
    return s->surface.px != NULL;
}

bool session_draw(struct session *s, struct error *err)
{
    if (!have_surface(s))
        return error_set(err, 1, "not enough memory for the screen: close other programs");
    machine_draw(s->m, &s->surface);
    return true;
}

bool session_draw_changed(struct session *s, unsigned *first, unsigned *last)
{
    return have_surface(s) && machine_draw_changed(s->m, &s->surface, first, last);
}

bool session_has_text(struct session *s)
{
    machine_text(s->m, &s->text);
    return s->text.cols && s->text.rows;
}

void session_text(struct session *s, struct buf *out, bool joined)
{
    struct error err;
    if (session_has_text(s)) {
        text_write(out, &s->text, joined);
        return;
    }
    char line[64] = "[no text]\n";
    if (session_draw(s, &err))
        snprintf(line, sizeof line, "[graphics %ux%u]\n", (unsigned)s->surface.width,
                 (unsigned)s->surface.height);
    buf_put(out, line, strlen(line) + 1);
    out->len -= !out->bad;
}

bool session_screenshot(struct session *s, const char *path, struct error *err)
{
    struct buf out = { 0 };
    if (!session_draw(s, err))
        return false;
    png_write(&out, &s->surface);
    bool ok = out.bad
                  ? error_set(err, 1,
                              "%s: not enough memory for a screenshot: close other programs", path)
                  : whole_file_write(path, out.p, out.len, err);
    buf_free(&out);
    return ok;
}

bool session_screen(struct session *s, const char *path, struct error *err)
{
    struct buf out = { 0 };
    session_text(s, &out, false);
    bool ok = whole_file_write(path, out.p, out.len, err);
    buf_free(&out);
    return ok;
}

/* ---- serial input ---- */

/* Is this byte for the guest? On the terminal Ctrl-A x quits, Ctrl-A Ctrl-A is Ctrl-A; anything
 * else after Ctrl-A is dropped. */
static bool for_guest(struct session *s, const struct tap *t, uint8_t c, bool *quit)
{
    bool second = s->escape;
    if (!endpoint_is_terminal(t->to))
        return true;
    s->escape = !second && c == CTRL_A;
    *quit |= second && (c == 'x' || c == 'X');
    return !s->escape && (!second || c == CTRL_A);
}

bool session_feed(struct session *s)
{
    bool quit = false;
    for (uint16_t i = 0; i < 4 && !s->replay; i++) {
        struct tap *t = &s->tap[i];
        for (unsigned budget = 64; t->to && budget; budget--) {
            if (!s->waiting[i] && !endpoint_read(t->to, &s->held[i], 1))
                break;
            if (!s->waiting[i] && !for_guest(s, t, s->held[i], &quit))
                continue;
            s->waiting[i] = !session_input(s, (struct input){ IN_SERIAL, i, s->held[i], 0, 0 });
            if (s->waiting[i])
                break;
        }
    }
    return !quit;
}

bool session_interactive(const struct session *s)
{
    for (unsigned i = 0; i < 4; i++)
        if (s->tap[i].to && endpoint_live(s->tap[i].to))
            return true;
    return false;
}

void session_flush(struct session *s)
{
    for (unsigned i = 0; i < PORTS; i++)
        if (port_of(s, i))
            endpoint_flush(port_of(s, i));
}

void session_wait(struct session *s, uint64_t ns)
{
    struct endpoint *list[4];
    for (unsigned i = 0; i < 4; i++)
        list[i] = s->waiting[i] ? NULL : s->tap[i].to;
    endpoint_wait(list, 4, ns);
}
