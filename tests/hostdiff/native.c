/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs on the host's processor: a child process in 64-bit mode whose signal handler returns
 * into 32-bit code (selector 23h of Linux), or 16- or 32-bit code of the LDT, with every register
 * loaded from the case, and which gets the result from the signal that ends it. The LDT needs a
 * kernel that lets programs write the base of FS, since the C library's thread hangs there.
 *
 * The child may only read, write and return from signals (seccomp), so that a program gone astray
 * does no harm.
 */
#if !defined __x86_64__ || !defined __linux__
#error "for x86-64 Linux"
#endif
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <cpuid.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { HOST_RIP = REG_RIP }; /* the name is also one of ours */
#undef REG_RIP
#include "hostdiff.h"

#define TIMEOUT_MS 5000
#define ALTSTACK   (1u << 17)

struct native {
    pid_t pid;
    int to, from;
    struct hd_state *start, *end; /* shared with the child */
    bool has_ldt;
};

/* The legacy image in a signal frame, as FXSAVE64 lays it out. */
enum { FX_CW = 0, FX_SW = 2, FX_TAG = 4, FX_ST = 32, FX_MAGIC = 464, FX_XSTATE = 512 };

static struct native *self; /* in the child: a signal handler has no argument */
static volatile sig_atomic_t phase;
static ucontext_t home;
static uint8_t home_fx[512];
static uint64_t home_fs; /* the base of FS: the C library's thread */
static bool fs_base;     /* user programs may write it */

static const int greg[8] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI};

static void *memory_at(unsigned part, size_t *size, size_t *at)
{
    static const uint32_t base[3] = {HD_CODE, HD_DATA, HD_STACK};
    static const uint32_t len[3] = {HD_CODE_SIZE, HD_DATA_SIZE, HD_STACK_SIZE};
    *at = part == 0 ? 0 : part == 1 ? HD_CODE_SIZE : HD_CODE_SIZE + HD_DATA_SIZE;
    *size = len[part];
    return (void *)(uintptr_t)base[part];
}

static void load_fx(uint8_t *fx, const struct hd_state *s)
{
    store_le16(fx + FX_CW, s->cw);
    store_le16(fx + FX_SW, s->sw);
    store_le16(fx + FX_TAG, (uint8_t)~s->empty);
    memset(fx + 6, 0, 18); /* opcode and pointers */
    for (unsigned i = 0; i < 8; i++) {
        memset(fx + FX_ST + 16 * i, 0, 16);
        store_le64(fx + FX_ST + 16 * i, s->st[i].mant);
        store_le16(fx + FX_ST + 16 * i + 8, s->st[i].se);
    }
    if (load_le32(fx + FX_MAGIC) == 0x46505853u) /* an XSAVE image: its x87 part is to be loaded */
        fx[FX_XSTATE] |= 3;
}

static void store_fx(const uint8_t *fx, struct hd_state *s)
{
    s->cw = load_le16(fx + FX_CW);
    s->sw = load_le16(fx + FX_SW);
    s->empty = (uint8_t)~fx[FX_TAG];
    for (unsigned i = 0; i < 8; i++)
        s->st[i] = (struct f80){load_le64(fx + FX_ST + 16 * i), load_le16(fx + FX_ST + 16 * i + 8)};
}

/* CS and SS are in the frame; the others are the processor's own. */
static uint64_t cs_ss(uint64_t old, const struct hd_state *s)
{
    return (old & UINT64_C(0x0000ffffffff0000)) | s->seg[SEG_CS] | (uint64_t)s->seg[SEG_SS] << 48;
}

static void enter(ucontext_t *u, const struct hd_state *s)
{
    greg_t *g = u->uc_mcontext.gregs;
    memcpy(home.uc_mcontext.gregs, g, sizeof home.uc_mcontext.gregs);
    memcpy(home_fx, u->uc_mcontext.fpregs, sizeof home_fx);
    for (unsigned i = 0; i < 8; i++)
        g[greg[i]] = s->gpr[i];
    g[HOST_RIP] = s->eip;
    g[REG_EFL] = s->eflags;
    g[REG_CSGSFS] = (greg_t)cs_ss((uint64_t)g[REG_CSGSFS], s);
    load_fx((uint8_t *)u->uc_mcontext.fpregs, s);
    phase = 1;
    __asm__ volatile("mov %0, %%ds\n\tmov %1, %%es" ::"r"(s->seg[SEG_DS]), "r"(s->seg[SEG_ES]));
    if (fs_base) /* nothing that needs its thread may follow */
        __asm__ volatile("mov %0, %%fs\n\tmov %1, %%gs" ::"r"(s->seg[SEG_FS]),
                         "r"(s->seg[SEG_GS]));
}

static void leave(ucontext_t *u, struct hd_state *s, const uint16_t *seg)
{
    greg_t *g = u->uc_mcontext.gregs;
    for (unsigned i = 0; i < 8; i++)
        s->gpr[i] = (uint32_t)g[greg[i]];
    for (unsigned i = 0; i < 6; i++)
        s->seg[i] = seg[i];
    s->seg[SEG_CS] = (uint16_t)g[REG_CSGSFS];
    s->seg[SEG_SS] = (uint16_t)((uint64_t)g[REG_CSGSFS] >> 48);
    s->eip = (uint32_t)g[HOST_RIP];
    s->eflags = (uint32_t)g[REG_EFL];
    s->vector = (uint32_t)g[REG_TRAPNO];
    s->code = (uint32_t)g[REG_ERR];
    s->cr2 = (uint32_t)g[REG_CR2];
    store_fx((uint8_t *)u->uc_mcontext.fpregs, s);
    memcpy(g, home.uc_mcontext.gregs, sizeof home.uc_mcontext.gregs);
    memcpy(u->uc_mcontext.fpregs, home_fx, FX_MAGIC);
    phase = 2;
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    /* The program's AC flag is still set here. */
    __asm__ volatile("pushfq\n\tandl $0xfffbffff, (%%rsp)\n\tpopfq" ::: "memory", "cc");
    uint16_t seg[6] = {0};
    __asm__ volatile("mov %%es, %0\n\tmov %%ds, %1\n\tmov %%fs, %2\n\tmov %%gs, %3"
                     : "=r"(seg[SEG_ES]), "=r"(seg[SEG_DS]), "=r"(seg[SEG_FS]), "=r"(seg[SEG_GS]));
    if (fs_base)
        __asm__ volatile("mov %0, %%fs\n\tmov %0, %%gs\n\twrfsbase %1" ::"r"(0), "r"(home_fs));
    if (phase == 0)
        enter(context, self->start);
    else if (phase == 1)
        leave(context, self->end, seg);
    else
        _exit(3);
}

static void copy_in(const struct hd_state *s)
{
    size_t size, at;
    for (unsigned i = 0; i < 3; i++) {
        void *p = memory_at(i, &size, &at);
        memcpy(p, s->mem + at, size);
    }
}

static void copy_out(struct hd_state *s)
{
    size_t size, at;
    for (unsigned i = 0; i < 3; i++) {
        void *p = memory_at(i, &size, &at);
        memcpy(s->mem + at, p, size);
    }
}

/* False: this kernel has no local descriptors, or none of 16 bits. */
static bool load_ldt(void)
{
    fs_base = getauxval(AT_HWCAP2) & 2;
    if (fs_base)
        __asm__ volatile("rdfsbase %0" : "=r"(home_fs));
    for (unsigned i = 1; fs_base && i < hd_ldt_count; i++) {
        const struct hd_desc *d = &hd_ldt[i];
        struct user_desc u = {.entry_number = i,
                              .base_addr = d->base,
                              .limit = d->limit,
                              .seg_32bit = d->big,
                              .contents = d->type & 3,
                              .read_exec_only = d->readonly,
                              .limit_in_pages = d->pages,
                              .seg_not_present = d->absent};
        if (syscall(SYS_modify_ldt, 0x11, &u, sizeof u))
            return false;
    }
    return fs_base;
}

static bool child_setup(void)
{
    static const int signals[] = {SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS};
    size_t size, at;
    for (unsigned i = 0; i < 3; i++) {
        void *p = memory_at(i, &size, &at);
        if (mmap(p, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != p)
            return false;
    }
    stack_t ss = {.ss_sp = malloc(ALTSTACK), .ss_size = ALTSTACK};
    if (!ss.ss_sp || sigaltstack(&ss, NULL))
        return false;
    struct sigaction sa = {.sa_sigaction = on_signal,
                           .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    for (unsigned i = 0; i < ARRAY_LEN(signals); i++)
        sigaction(signals[i], &sa, NULL);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0;
}

static void child_loop(struct native *n, int in, int out)
{
    char c;
    while (read(in, &c, 1) == 1) {
        copy_in(n->start);
        phase = 0;
        /* Returning from a signal sets all flags but these two. */
        __asm__ volatile(
            "lea -256(%%rsp), %%rsp\n\tpushfq\n\tandq %0, (%%rsp)\n\torq %1, (%%rsp)\n\t"
            "popfq\n\tlea 256(%%rsp), %%rsp\n\tint3" ::"r"(~(uint64_t)(FL_ID | FL_NT)),
            "r"((uint64_t)n->start->eflags & (FL_ID | FL_NT))
            : "memory", "cc");
        copy_out(n->end);
        if (write(out, &c, 1) != 1)
            break;
    }
}

static bool spawn(struct native *n)
{
    int down[2], up[2];
    if (pipe(down) || pipe(up))
        return false;
    n->pid = fork();
    if (n->pid < 0)
        return false;
    if (n->pid == 0) {
        char c = 0;
        close(down[1]);
        close(up[0]);
        self = n;
        c = load_ldt();
        if (child_setup() && write(up[1], &c, 1) == 1)
            child_loop(n, down[0], up[1]);
        syscall(60 /* exit: all that seccomp leaves */, 0);
    }
    close(down[0]);
    close(up[1]);
    n->to = down[1];
    n->from = up[0];
    char c = 0;
    bool ok = read(n->from, &c, 1) == 1;
    n->has_ldt = c != 0;
    return ok;
}

bool native_has_ldt(const struct native *n) { return n->has_ldt; }

enum hd_vendor native_vendor(void)
{
    unsigned max, name[3];
    return __get_cpuid(0, &max, &name[0], &name[2], &name[1]) &&
                   !memcmp(name, "AuthenticAMD", sizeof name)
               ? HD_AMD
               : HD_INTEL;
}

static void reap(struct native *n)
{
    close(n->to);
    close(n->from);
    kill(n->pid, SIGKILL);
    waitpid(n->pid, NULL, 0);
}

struct native *native_new(void)
{
    struct native *n = calloc(1, sizeof *n);
    void *p = mmap(NULL, 2 * sizeof(struct hd_state), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!n || p == MAP_FAILED)
        return NULL;
    signal(SIGPIPE, SIG_IGN);
    n->start = p;
    n->end = n->start + 1;
    if (spawn(n))
        return n;
    reap(n);
    free(n);
    return NULL;
}

bool native_run(struct native *n, const struct hd_state *start, struct hd_state *end)
{
    char c = 0;
    struct pollfd fd = {.fd = n->from, .events = POLLIN};
    *n->start = *start;
    if (write(n->to, &c, 1) == 1 && poll(&fd, 1, TIMEOUT_MS) == 1 && read(n->from, &c, 1) == 1) {
        *end = *n->end;
        return true;
    }
    reap(n);
    if (!spawn(n))
        exit(2);
    return false;
}

void native_free(struct native *n)
{
    reap(n);
    munmap(n->start, 2 * sizeof(struct hd_state));
    free(n);
}
