/* SPDX-License-Identifier: BSD-2-Clause */
/* links: frontend machine devices cpu host core; runs: 4000 */
/*
 * What people write: scripts, the command line, preferences, input logs, disassembly of any bytes.
 * The first byte says which; what is refused is refused with a reason of one line.
 */
#include "frontend/inputlog.h"
#include "frontend/layout.h"
#include "frontend/options.h"
#include "frontend/prefs.h"
#include "frontend/script.h"
#include "fuzz.h"
#include "host/whole_file.h"
#include "machine/tools.h"

static void reason(const struct error *err)
{
    FUZZ_CHECK(err->text[0] && !strchr(err->text, '\n'), "reason: \"%s\"", err->text);
}

static void script(const char *text)
{
    struct script s;
    struct error err = { 0 };
    if (!script_parse(&s, "fuzz", text, layout_find("us"), &err))
        reason(&err);
    script_free(&s);
}

static void command_line(char *text)
{
    char *argv[64];
    int argc = 0;
    struct options o = { 0 };
    struct error err = { 0 };
    for (char *p = text; *p && argc < 64; p += strlen(p) + 1) {
        argv[argc++] = p;
        p[strcspn(p, "\n")] = 0;
    }
    if (options_parse(&o, argc, argv, &err) == PARSED_BAD)
        FUZZ_CHECK(err.text[0], "no reason");
}

static void preferences(const char *text)
{
    struct prefs p, q;
    struct buf out = { 0 }, again = { 0 };
    prefs_init(&p);
    prefs_parse(&p, text);
    prefs_write(&p, &out);
    buf_put_le(&out, 0, 1);
    prefs_init(&q);
    prefs_parse(&q, (const char *)out.p);
    prefs_write(&q, &again);
    buf_put_le(&again, 0, 1);
    FUZZ_CHECK(out.len == again.len && !memcmp(out.p, again.p, out.len),
               "written:\n%s\nread and written:\n%s", out.p, again.p);
    buf_free(&out);
    buf_free(&again);
}

static void input_log(const char *text, size_t n)
{
    static struct log_entry e;
    struct log_reader r;
    struct error err = { 0 };
    char path[40];
    fuzz_file_name(path, sizeof path, "text");
    FUZZ_CHECK(whole_file_write(path, text, n, &err), "%s", err.text);
    if (!log_reader_open(&r, path, &err)) {
        reason(&err);
    } else {
        while (log_reader_next(&r, &e))
            FUZZ_CHECK(e.what <= LOGGED_END && e.in.kind < IN_KINDS, "entry");
    }
    log_reader_close(&r);
    remove(path);
}

static void values(const char *text)
{
    uint64_t v;
    parse_size(text, &v);
    parse_seconds(text, &v);
    parse_count(text, &v);
}

static void disassemble(const char *p, size_t n)
{
    static const unsigned bits[] = { 16, 32, 64 };
    struct tools_disasm *d = tools_disasm_new();
    char out[40];
    FUZZ_CHECK(d, "no memory");
    for (size_t i = 0; i < n;) {
        unsigned len = tools_disasm(d, (const uint8_t *)p + i, n - i, i, bits[i % 3], out,
                                    1 + i % sizeof out);
        FUZZ_CHECK(len && len <= TOOLS_INSN_MAX && len <= n - i, "length %u of %zu", len, n - i);
        i += len;
    }
    tools_disasm_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    unsigned kind = n ? p[0] : 0;
    char *text = calloc(1, n + 2);
    if (n)
        memcpy(text, p + 1, n - 1);
    switch (kind % 6) {
    case 0: script(text); break;
    case 1: command_line(text); break;
    case 2: preferences(text); break;
    case 3: input_log(text, strlen(text)); break;
    case 4: values(text); break;
    case 5: disassemble(text, n ? n - 1 : 0); break;
    }
    free(text);
    return 0;
}

bool fuzz_seed(unsigned n, struct buf *out)
{
    static const char *const seed[] = {
        "0wait screen \"login:\" 30s\ntype \"root\\n\\x41\"\nkey ctrl+alt+del\nsleep 500ms\n"
        "wait serial \"#\"\nwait idle 5s\nwait poweroff 1m\n# comment\nquit 3\n",
        "0mouse move -5 7\nmouse click left\nmouse down right\nscreenshot a.png\nscreen a.txt\n"
        "save s\nload s\ninsert cdrom x.iso\neject fda\nreset\npoweroff 10s\nsend \"\\e[A\"\n",
        "1--memory\n64M\n--cpu\npentium\n--machine\nat\n--boot\ncda\n--serial\nfile:x\n",
        "1--kernel\nk\n--initrd\ni\n--append\nquiet\n--max-instructions\n1000\n--clock\nfixed\n",
        "1--rtc\n1999-12-31T23:59:59\n--ips\n10M\n--hda\nd.img\n--script\ns\n--save\nq\n",
        "2window 640 480\nscaling sharp\naspect on\nbar on\nhost-key rctrl\nfolder /tmp\n",
        "3vitrine-input-log 1\nrtc 946684800 ips 100000000 start 0123456789abcdef\n"
        "100 1000 key 30 1 0 0\n200 2000 mouse 0 5 5 0\n300 3000 serial 0 65 0 0\n400 4000 reset\n"
        "500 5000 rate 5000000\n600 6000 insert cdrom a%20b\n700 7000 end 0123456789abcdef\n",
        "41.5", "4640KiB", "4123456789012345678901234567890",
        "5\x66\x0f\x38\xf0\x83\xec\x08\xc7\x04\x24\x67\x66\xf3\xa5\xea",
    };
    if (n >= ARRAY_LEN(seed))
        return false;
    buf_put(out, seed[n], strlen(seed[n]));
    return true;
}
