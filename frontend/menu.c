/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists, what moves in them, and how they look. */
#include "frontend/menu.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "frontend/keys.h"
#include "frontend/layout.h"
#include "frontend/medium.h"
#include "host/media.h"

#define ROW      20
#define TITLE    24
#define MARGIN   6
#define COLUMNS  46                          /* of the panel, in characters */
#define TEXT     0xffe8e8e8u
#define DIM      0xff909090u
#define GROUND   0xf8202428u
#define CHOSEN   0xff2f6fb0u
#define FRAME    0xff60686fu

enum list { NO_LIST, ROOT, KEYS, DRIVE_A, DRIVE_B, DRIVE_CD, FILES, KEYMAPS, SPEED, VIEW, HOST_KEYS,
            ASK_QUIT, ASK_RESET, ASK_LOAD };

/* clang-format off */
const struct combo menu_combos[] = {
    { "Ctrl+Alt+Del", { 0x1d, 0x38, 0x153 } }, { "Ctrl+Alt+Backspace", { 0x1d, 0x38, 0x0e } },
    { "Ctrl+Alt+F1", { 0x1d, 0x38, 0x3b } }, { "Ctrl+Alt+F2", { 0x1d, 0x38, 0x3c } },
    { "Ctrl+Alt+F3", { 0x1d, 0x38, 0x3d } }, { "Ctrl+Alt+F4", { 0x1d, 0x38, 0x3e } },
    { "Ctrl+Alt+F5", { 0x1d, 0x38, 0x3f } }, { "Ctrl+Alt+F6", { 0x1d, 0x38, 0x40 } },
    { "Ctrl+Alt+F7", { 0x1d, 0x38, 0x41 } }, { "Ctrl+Alt+F8", { 0x1d, 0x38, 0x42 } },
    { "Alt+Tab", { 0x38, 0x0f } }, { "Alt+F4", { 0x38, 0x3e } }, { "Ctrl+Esc", { 0x1d, 0x01 } },
    { "Print Screen", { 0x137 } }, { "Alt+Print Screen (SysRq)", { 0x38, 0x137 } },
    { "Pause", { 0x145 } }, { "Ctrl+Break", { 0x1d, 0x146 } }, { "Scroll Lock", { 0x46 } },
    { "Num Lock", { 0x45 } }, { "Windows", { 0x15b } }, { "Menu", { 0x15d } },
    { "Right Ctrl", { 0x11d } }, { NULL, { 0 } },
};
/* clang-format on */

/* ---- the lists ---- */

static struct item *add(struct menu *m, enum want_kind kind, int arg, const char *hint,
                        const char *fmt, ...) PRINTF_LIKE(5, 6);
static struct item *add(struct menu *m, enum want_kind kind, int arg, const char *hint,
                        const char *fmt, ...)
{
    struct item *i = &m->item[m->n < ITEMS_MAX - 1 ? m->n++ : m->n];
    va_list ap;
    *i = (struct item){ .kind = kind, .arg = arg };
    va_start(ap, fmt);
    vsnprintf(i->text, sizeof i->text, fmt, ap);
    va_end(ap);
    snprintf(i->hint, sizeof i->hint, "%s", hint);
    return i;
}

static void root(struct menu *m, const struct menu_view *v)
{
    static const struct { int slot, list; const char *name; } drives[] = {
        { SLOT_FDA, DRIVE_A, "Floppy A" }, { SLOT_FDB, DRIVE_B, "Floppy B" },
        { SLOT_CDROM, DRIVE_CD, "CD" },
    };
    add(m, WANT_PAUSE, 0, "P", "%s", v->paused ? "Go on" : "Pause");
    if (!v->absolute)
        add(m, WANT_CAPTURE, 0, "G", "Give the mouse to the guest");
    add(m, WANT_NOTHING, 0, "", "Send keys")->opens = KEYS;
    add(m, WANT_PASTE, 0, "V", "Type the clipboard");
    add(m, WANT_COPY, 0, "C", "Copy the screen's text");
    add(m, WANT_NOTHING, 0, "", "Keyboard: %s", layout_title(v->keymap))->opens = KEYMAPS;
    bool first = true;
    for (size_t i = 0; i < ARRAY_LEN(drives); i++) {
        const char *medium = v->medium[drives[i].slot];
        if (!v->drive[drives[i].slot])
            continue;
        struct item *at = add(m, WANT_NOTHING, 0, v->locked[drives[i].slot] ? "protected" : "",
                              "%s: %s", drives[i].name, medium ? medium : "empty");
        at->opens = drives[i].list;
        at->line = first;
        first = false;
    }
    add(m, WANT_SAVE, 0, "F5", "Quick save")->line = true;
    add(m, WANT_LOAD, 0, "F9", "Quick load");
    add(m, WANT_SCREENSHOT, 0, "S", "Screenshot");
    struct item *speed = add(m, WANT_NOTHING, 0, "", "Speed");
    speed->opens = SPEED;
    speed->line = true;
    add(m, WANT_FULLSCREEN, 0, "F", "Full screen")->checked = v->fullscreen;
    add(m, WANT_NOTHING, 0, "", "View")->opens = VIEW;
    add(m, WANT_RESET, 0, "R", "Reset")->line = true;
    add(m, WANT_POWER, 0, "B", "Press the power button");
    add(m, WANT_QUIT, 0, "Q", "Quit");
}

/* The list of files begins where the present image is. */
static void folder_of(struct menu *m, const char *path)
{
    size_t n = (size_t)(path_last(path) - path);
    if (!n || n >= sizeof m->path)
        return;
    memcpy(m->path, path, n);
    while (n > 1 && m->path[n - 1] == '/' && m->path[n - 2] != ':')
        n--;
    m->path[n] = 0;
}

static void drive(struct menu *m, const struct menu_view *v, int slot)
{
    bool first = true;
    m->slot = slot;
    add(m, WANT_NOTHING, 0, "", "Insert an image...")->opens = FILES;
    if (v->medium[slot])
        add(m, WANT_EJECT, slot, "", "Eject %s", v->medium[slot]);
    for (int i = 0; i < PREFS_RECENT; i++) {
        const char *path = v->recent[slot == SLOT_CDROM][i];
        if (!*path || (v->path[slot] && !strcmp(v->path[slot], path)))
            continue;
        struct item *at = add(m, WANT_INSERT, slot, "", "%s", path_last(path));
        at->path = path;
        at->line = first;
        first = false;
    }
    if (!m->looked && v->path[slot])
        folder_of(m, v->path[slot]);
}

static void keymaps(struct menu *m, const struct menu_view *v)
{
    for (int i = 0; layout_at((unsigned)i); i++) {
        const struct layout *l = layout_at((unsigned)i);
        add(m, WANT_KEYMAP, i, layout_name(l), "%s", layout_title(l))->checked = l == v->keymap;
    }
}

static void speeds(struct menu *m, const struct menu_view *v)
{
    static const int mips[] = { 1, 5, 10, 25, 50, 100, 200 };
    add(m, WANT_SPEED, SPEED_REAL, "", "Real time, as much as the host can")->checked =
        v->speed == SPEED_REAL;
    add(m, WANT_SPEED, SPEED_FAST, "", "As fast as possible")->checked = v->speed == SPEED_FAST;
    for (size_t i = 0; i < ARRAY_LEN(mips); i++) {
        struct item *at = add(m, WANT_SPEED, mips[i], "", "Real time, %d MIPS", mips[i]);
        at->checked = v->speed == mips[i];
        at->line = !i;
    }
}

static void view(struct menu *m, const struct menu_view *v)
{
    add(m, WANT_SCALING, SCALE_SMOOTH, "", "Smooth: as large as it fits")->checked =
        v->scaling == SCALE_SMOOTH;
    add(m, WANT_SCALING, SCALE_CRISP, "", "Crisp: whole pixels")->checked =
        v->scaling == SCALE_CRISP;
    struct item *at = add(m, WANT_ASPECT, 1, "", "4:3 as on a tube");
    at->line = true;
    at->checked = v->aspect;
    add(m, WANT_ASPECT, 0, "", "Square pixels")->checked = !v->aspect;
    for (int i = 1; i <= 3; i++)
        add(m, WANT_SIZE, i, "", "Window %d:1", i)->line = i == 1;
    at = add(m, WANT_BAR, !v->bar, "", "The bar stays");
    at->line = true;
    at->checked = v->bar;
    at = add(m, WANT_NOTHING, 0, "", "Host key: %s", v->host_key->title);
    at->opens = HOST_KEYS;
    at->line = true;
}

static void host_keys(struct menu *m, const struct menu_view *v)
{
    for (int i = 0; host_key_at((unsigned)i); i++) {
        const struct host_key *k = host_key_at((unsigned)i);
        add(m, WANT_HOST_KEY, i, "", "%s", k->title)->checked = k == v->host_key;
    }
}

/* The safe answer is the first. */
static void ask(struct menu *m, int list)
{
    add(m, WANT_NOTHING, 0, "Esc", "Go on");
    if (list == ASK_RESET)
        add(m, WANT_RESET, 1, "R", "Reset");
    if (list == ASK_LOAD)
        add(m, WANT_LOAD, 1, "L", "Load: the disk stays as it is now, and may be damaged");
    if (list != ASK_QUIT)
        return;
    add(m, WANT_POWER, 0, "B", "Power button: the guest shuts itself down");
    add(m, WANT_SAVE, 1, "S", "Quick save, and quit");
    add(m, WANT_QUIT, 1, "Q", "Quit");
}

static void fill(struct menu *m, const struct menu_view *v)
{
    m->n = 0;
    switch (m->depth ? m->level[m->depth - 1].list : NO_LIST) {
    case ROOT:     root(m, v); break;
    case KEYS:
        for (int i = 0; menu_combos[i].name; i++)
            add(m, WANT_KEYS, i, i ? "" : "Del", "%s", menu_combos[i].name);
        break;
    case DRIVE_A:  drive(m, v, SLOT_FDA); break;
    case DRIVE_B:  drive(m, v, SLOT_FDB); break;
    case DRIVE_CD: drive(m, v, SLOT_CDROM); break;
    case KEYMAPS:  keymaps(m, v); break;
    case SPEED:    speeds(m, v); break;
    case VIEW:     view(m, v); break;
    case HOST_KEYS: host_keys(m, v); break;
    case ASK_QUIT:
    case ASK_RESET:
    case ASK_LOAD: ask(m, m->level[0].list); break;
    default: break;
    }
}

static bool in_files(const struct menu *m)
{
    return m->depth && m->level[m->depth - 1].list == FILES;
}

/* The list of files has the way up as its first row. */
static int count(const struct menu *m) { return in_files(m) ? (int)m->files.n + 1 : m->n; }

/* ---- moving ---- */

/* Could it be an image for that drive, by name and size? */
static bool likely(const struct folder_entry *e, int slot)
{
    size_t n = strlen(e->name);
    if (e->folder)
        return true;
    if (slot != SLOT_CDROM)
        return e->bytes && e->bytes <= FLOPPY_BYTES_MAX && e->bytes % 512 == 0;
    return (e->bytes && e->bytes % 2048 == 0) || (n > 4 && media_ends_in_cue(e->name));
}

static void read_folder(struct menu *m)
{
    struct error err;
    size_t n = 0;
    folder_free(&m->files);
    m->trouble[0] = m->typed[0] = 0;
    m->others = 0;
    if (!folder_read(&m->files, m->path, &err)) {
        snprintf(m->trouble, sizeof m->trouble, "%.127s", err.text);
        return;
    }
    for (size_t i = 0; i < m->files.n; i++) {
        struct folder_entry e = m->files.e[i];
        if (likely(&e, m->slot)) {
            m->files.e[n++] = e;
        } else {
            free(e.name);
            m->others++;
        }
    }
    m->files.n = n;
}

static void push(struct menu *m, int list)
{
    if (m->depth == MENU_DEPTH)
        return;
    m->level[m->depth].list = list;
    m->level[m->depth].sel = m->level[m->depth].top = 0;
    m->depth++;
    if (list == FILES)
        read_folder(m);
}

static void back(struct menu *m)
{
    if (in_files(m))
        folder_free(&m->files);
    m->depth--;
}

void menu_open(struct menu *m, const char *path)
{
    menu_close(m);
    if (!m->path[0])
        snprintf(m->path, sizeof m->path, "%s", path);
    push(m, ROOT);
}

void menu_close(struct menu *m)
{
    while (m->depth)
        back(m);
}

static int question(enum want_kind what)
{
    return what == WANT_QUIT ? ASK_QUIT : what == WANT_LOAD ? ASK_LOAD : ASK_RESET;
}

void menu_ask(struct menu *m, enum want_kind what)
{
    menu_close(m);
    push(m, question(what));
}

bool menu_asks(const struct menu *m, enum want_kind what)
{
    return m->depth && m->level[0].list == question(what);
}

static void move(struct menu *m, int to)
{
    int n = count(m), *sel = &m->level[m->depth - 1].sel, *top = &m->level[m->depth - 1].top;
    int rows = m->rows > 0 ? m->rows : 1;
    *sel = to < 0 ? 0 : to >= n ? n - 1 : to;
    if (*sel < 0)
        *sel = 0;
    if (*top > *sel)
        *top = *sel;
    if (*top < *sel - rows + 1)
        *top = *sel - rows + 1;
    if (*top > n - rows)
        *top = n > rows ? n - rows : 0;
    if (*top < 0)
        *top = 0;
}

static void parent_folder(struct menu *m)
{
    char *slash = strrchr(m->path, '/'), was[256] = "";
#ifdef _WIN32
    char *other = strrchr(m->path, '\\');
    if (other && (!slash || other > slash))
        slash = other;
    bool drive = slash && slash == m->path + 2 && slash[-1] == ':' && !slash[1];
#else
    const bool drive = false;
#endif
    if (!slash)
        return;
    m->looked = true;
    if (drive) {                             /* above its root there are the drives */
        snprintf(was, sizeof was, "%.2s", m->path);
        m->path[0] = 0;
    } else {
        bool root = slash == m->path || slash[-1] == ':';
        snprintf(was, sizeof was, "%s", slash + 1);
        slash[root] = 0;
    }
    read_folder(m);
    move(m, 0);
    for (size_t i = 0; i < m->files.n; i++)
        if (!strcmp(m->files.e[i].name, was))
            move(m, (int)i + 1);
}

/* A row of the list of files: the way up, a folder to enter, or a file, which is chosen. */
static bool choose_file(struct menu *m, int row, struct want *w)
{
    if (row <= 0) {
        parent_folder(m);
        return false;
    }
    m->looked = true;
    const struct folder_entry *e = &m->files.e[row - 1];
    size_t n = strlen(m->path), more = strlen(e->name);
    bool slash = n && m->path[n - 1] != '/' && m->path[n - 1] != '\\';
    if (n + slash + more >= WANT_PATH)
        return false;
    char path[WANT_PATH];
    memcpy(path, m->path, n);
    path[n] = '/';
    memcpy(path + n + slash, e->name, more + 1);
    if (e->folder) {
        strcpy(m->path, path);
        if (!n)
            strcat(m->path, "/");            /* of a drive */
        read_folder(m);
        move(m, 0);
        return false;
    }
    *w = (struct want){ WANT_INSERT, m->slot, "" };
    strcpy(w->path, path);
    menu_close(m);
    return true;
}

static bool enter(struct menu *m, struct want *w)
{
    int sel = m->level[m->depth - 1].sel;
    if (in_files(m))
        return choose_file(m, sel, w);
    if (sel >= m->n)
        return false;
    const struct item *i = &m->item[sel];
    if (i->opens) {
        push(m, i->opens);
        return false;
    }
    *w = (struct want){ i->kind, i->arg, "" };
    if (i->path)
        snprintf(w->path, sizeof w->path, "%s", i->path);
    menu_close(m);
    return w->kind != WANT_NOTHING;
}

bool menu_key(struct menu *m, enum menu_key key, const struct menu_view *v, struct want *w)
{
    if (!m->depth)
        return false;
    fill(m, v);
    int sel = m->level[m->depth - 1].sel, n = count(m), page = m->rows > 2 ? m->rows - 1 : 1;
    if (key != MENU_ENTER)
        m->typed[0] = 0;
    switch (key) {
    case MENU_UP:        move(m, sel ? sel - 1 : n - 1); break;
    case MENU_DOWN:      move(m, sel < n - 1 ? sel + 1 : 0); break;
    case MENU_PAGE_UP:   move(m, sel - page); break;
    case MENU_PAGE_DOWN: move(m, sel + page); break;
    case MENU_HOME:      move(m, 0); break;
    case MENU_END:       move(m, n - 1); break;
    case MENU_ENTER:     return enter(m, w);
    case MENU_BACK:      back(m); break;
    case MENU_CLOSE:     menu_close(m); break;
    }
    return false;
}

static int lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

/* To the first file whose name begins with what was typed. */
static void find_file(struct menu *m, char c)
{
    size_t n = strlen(m->typed);
    if (n == sizeof m->typed - 1)
        return;
    m->typed[n] = c;
    m->typed[n + 1] = 0;
    for (size_t i = 0; i < m->files.n; i++) {
        size_t k = 0;
        while (k <= n && lower(m->files.e[i].name[k]) == lower(m->typed[k]))
            k++;
        if (k > n) {
            move(m, (int)i + 1);
            return;
        }
    }
    m->typed[n] = 0;
}

bool menu_char(struct menu *m, char c, const struct menu_view *v, struct want *w)
{
    if (!m->depth)
        return false;
    fill(m, v);
    if (in_files(m)) {
        find_file(m, c);
        return false;
    }
    for (int i = 0; i < m->n; i++)
        if (lower(m->item[i].hint[0]) == lower(c) && !m->item[i].hint[1]) {
            m->level[m->depth - 1].sel = i;
            return enter(m, w);
        }
    return false;
}

/* ---- the mouse ---- */

static int row_at(const struct menu *m, int x, int y)
{
    int row = y < TITLE ? -1 : (y - TITLE) / ROW;
    if (!m->depth || x < 0 || x >= COLUMNS * FONT_W + 2 * MARGIN || row < 0 || row >= m->rows)
        return -1;
    row += m->level[m->depth - 1].top;
    return row < count(m) ? row : -1;
}

void menu_hover(struct menu *m, int x, int y, const struct menu_view *v)
{
    fill(m, v);
    int row = row_at(m, x, y);
    if (row >= 0)
        m->level[m->depth - 1].sel = row;
}

bool menu_click(struct menu *m, int x, int y, const struct menu_view *v, struct want *w)
{
    fill(m, v);
    int row = row_at(m, x, y);
    if (m->depth > 1 && y >= 0 && y < TITLE && x >= 0 && x < COLUMNS * FONT_W)
        back(m);                             /* the title leads back */
    if (row < 0)
        return false;
    m->level[m->depth - 1].sel = row;
    return enter(m, w);
}

void menu_wheel(struct menu *m, int lines, const struct menu_view *v)
{
    fill(m, v);
    if (m->depth)
        move(m, m->level[m->depth - 1].sel + lines);
}

/* ---- drawing ---- */

static void title(const struct menu *m, const struct menu_view *v, char *text, size_t room)
{
    static const char *const names[] = { "", "", "Send keys", "Floppy A", "Floppy B", "CD", "",
                                         "The guest's keyboard", "Speed", "View",
                                         "The window's own key" };
    int list = m->level[m->depth - 1].list;
    size_t n = strlen(m->path);
    if (list == ROOT)
        snprintf(text, room, "Vitrine (%s + letter)", v->host_key->title);
    else if (list == ASK_LOAD)
        snprintf(text, room, "Load? The guest has written to its disk since");
    else if (list >= ASK_QUIT)
        snprintf(text, room, "%s? What the guest has in memory is lost",
                 list == ASK_QUIT ? "Quit" : "Reset");
    else if (list != FILES)
        snprintf(text, room, "\u25c4 %s", names[list]);
    else if (n <= COLUMNS - 2)
        snprintf(text, room, "\u25c4 %.*s", COLUMNS - 2, m->path);
    else                                     /* its end tells more */
        snprintf(text, room, "\u25c4 ...%.*s", COLUMNS - 5, m->path + n - (COLUMNS - 5));
}

static void size_text(char *to, size_t room, const struct folder_entry *e)
{
    uint64_t kb = (e->bytes + 1023) >> 10;
    if (e->folder)
        snprintf(to, room, "folder");
    else if (kb < 10000)
        snprintf(to, room, "%u KB", (unsigned)kb);
    else
        snprintf(to, room, "%u MB", (unsigned)(kb >> 10));
}

static void row_text(const struct menu *m, int row, struct item *i)
{
    if (!in_files(m)) {
        *i = m->item[row];
        return;
    }
    *i = (struct item){ .kind = WANT_INSERT };
    if (!row) {
        snprintf(i->text, sizeof i->text, "%s", m->trouble[0] ? m->trouble : "..");
        if (m->others)
            snprintf(i->hint, sizeof i->hint, "%u other file%s", m->others,
                     m->others == 1 ? "" : "s");
        return;
    }
    const struct folder_entry *e = &m->files.e[row - 1];
    snprintf(i->text, sizeof i->text, "%s", e->name);
    size_text(i->hint, sizeof i->hint, e);
}

static void draw_row(const struct menu *m, struct canvas *c, int row, int y)
{
    struct item i;
    row_text(m, row, &i);
    bool chosen = row == m->level[m->depth - 1].sel;
    int hint = canvas_text_chars(i.hint), x = MARGIN + 2 * FONT_W;
    if (chosen)
        canvas_rect(c, 2, y, c->w - 4, ROW, CHOSEN);
    if (i.line)
        canvas_rect(c, MARGIN, y, c->w - 2 * MARGIN, 1, FRAME);
    if (i.checked)
        canvas_text(c, MARGIN, y + 2, "\u221a", 1, TEXT);
    int room = (c->w - 2 * MARGIN) / FONT_W - 4 - hint - (i.opens && hint ? 2 : 0);
    canvas_text(c, x, y + 2, i.text, room, TEXT);
    int right = c->w - MARGIN - FONT_W * (i.opens ? 2 : hint);
    canvas_text(c, right - (i.opens ? FONT_W * hint : 0), y + 2, i.hint, 24, chosen ? TEXT : DIM);
    if (i.opens)
        canvas_text(c, right + FONT_W, y + 2, "\u25ba", 1, chosen ? TEXT : DIM);
}

bool menu_draw(struct menu *m, const struct menu_view *v, struct canvas *c, int max_w, int max_h)
{
    char text[200];
    fill(m, v);
    int n = count(m), room = (max_h - TITLE - MARGIN) / ROW, w = COLUMNS * FONT_W + 2 * MARGIN;
    m->rows = n < room ? n : room > 1 ? room : 1;
    move(m, m->level[m->depth - 1].sel);
    if (!canvas_size(c, w < max_w ? w : max_w, TITLE + m->rows * ROW + MARGIN))
        return false;
    canvas_rect(c, 0, 0, c->w, c->h, FRAME);
    canvas_rect(c, 1, 1, c->w - 2, c->h - 2, GROUND);
    title(m, v, text, sizeof text);
    canvas_text(c, MARGIN, 4, text, (c->w - 2 * MARGIN) / FONT_W, DIM);
    canvas_rect(c, 1, TITLE - 2, c->w - 2, 1, FRAME);
    int top = m->level[m->depth - 1].top;
    for (int i = 0; i < m->rows && top + i < n; i++)
        draw_row(m, c, top + i, TITLE + i * ROW);
    if (top > 0)
        canvas_text(c, c->w - 2 * FONT_W, 4, "\u2191", 1, TEXT);
    if (top + m->rows < n)
        canvas_text(c, c->w - FONT_W - 2, 4, "\u2193", 1, TEXT);
    return true;
}
