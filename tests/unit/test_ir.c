/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/*
 * The IR: random runs of instructions end in the same state by the interpreter, by IR as it is
 * lifted, by IR after the passes, and in lockstep; with stores into the code itself, and with a
 * budget given out in slices. The verifier likes all that is lifted, and nothing that was broken;
 * lockstep finds a wrong meaning.
 */
#include "cpu_fixture.h"

#include "cpu/engine.h"

#define RUN_LENGTH 24
enum { INTERP, PLAIN, PASSES, LOCKSTEP, ENGINES };
static const char *const names[ENGINES] = {"interp", "plain IR", "IR with passes", "lockstep"};

static struct cpu_fixture *fix[ENGINES];

static void make_engines(void)
{
    for (unsigned i = 0; i < ENGINES; i++) {
        fix[i] = fix_new(0);
        ck_assert(cpu_set_engine(&fix[i]->cpu, i == PLAIN || i == PASSES ? CPU_IR : CPU_INTERP,
                                 i == LOCKSTEP));
        ck_assert((fix[i]->cpu.engine != NULL) == (i != INTERP));
    }
    fix[PLAIN]->cpu.engine->passes = false;
}
static void free_engines(void)
{
    for (unsigned i = 0; i < ENGINES; i++)
        fix_free(fix[i]);
}

/* Most of a run are the rows with bodies; privileged ones and port I/O stay out, faults do not. */
static bool is_wanted(const struct insn_row *r, uint32_t *seed)
{
    if ((r->attr & (PRIV | IO | PROTECTED)) ||
        (r->need & ~cpu_models[CPU_MODEL_DEFAULT].features) || (r->modes & MOLD) != MOLD ||
        !strcmp(r->name, "rdtsc"))
        return false;
    if (r->attr & ENDS)
        return r->opnd[0] == Jb && !(fix_rand(seed) & 3);
    return !(r->attr & (FPUINSN | STACK)) || !(fix_rand(seed) & 3);
}

static unsigned make_run(uint8_t *code, unsigned bits, uint32_t *seed)
{
    return fix_make_run(&fix[0]->cpu.blocks->decoder, code, RUN_LENGTH, bits, is_wanted, seed);
}

static void start(struct cpu_fixture *f, unsigned bits, const uint8_t *code, unsigned n_code,
                  uint32_t seed)
{
    struct cpu *c = &f->cpu;
    fix_start_run(f, bits, code, n_code, &seed);
    if (seed & 0x10000) { /* stores into the run itself */
        c->gpr[R_BX] = FIX_CODE + (seed & 0x7f);
        c->gpr[R_DI] = FIX_CODE + (seed >> 8 & 0x7f);
    }
    if (seed & 0x20000) { /* a segment that is neither flat nor large */
        c->seg[SEG_DS].base = 0x1010;
        c->seg[SEG_DS].limit = 0xefff;
        seg_derive(&c->seg[SEG_DS]);
        cpu_update_mode(c);
    }
}

static void compare(unsigned run, unsigned k)
{
    const struct cpu *a = &fix[INTERP]->cpu, *b = &fix[k]->cpu;
    ck_assert_msg(!cpu_mismatch(b), "run %u: %s", run, cpu_mismatch(b) ? cpu_mismatch(b) : "");
    ck_assert_msg(a->rip == b->rip && a->icount == b->icount, "run %u, %s: rip %llx, %llx", run,
                  names[k], (unsigned long long)a->rip, (unsigned long long)b->rip);
    ck_assert_msg(!memcmp(a->gpr, b->gpr, sizeof a->gpr), "run %u, %s: registers", run, names[k]);
    ck_assert_msg(a->fl_res == b->fl_res && a->fl_aux == b->fl_aux, "run %u, %s: flags %x, %x", run,
                  names[k], cpu_eflags(a), cpu_eflags(b));
    uint64_t ha = fields_hash(HASH_SEED, cpu_class.fields, a),
             hb = fields_hash(HASH_SEED, cpu_class.fields, b);
    ck_assert_msg(ha == hb, "run %u, %s: state", run, names[k]);
    ck_assert_msg(a->last_fault.vector == b->last_fault.vector, "run %u, %s: faults", run,
                  names[k]);
    ck_assert_msg(!memcmp(fix[INTERP]->ram, fix[k]->ram, FIX_RAM), "run %u, %s: memory", run,
                  names[k]);
}

START_TEST(engines_agree)
{
    uint32_t seed = 20011;
    make_engines();
    for (unsigned run = 0; run < 1500; run++) {
        uint8_t code[RUN_LENGTH * 15];
        unsigned bits = run & 1 ? 32 : 16, n = make_run(code, bits, &seed), regs = fix_rand(&seed);
        for (unsigned k = 0; k < ENGINES; k++) {
            unsigned left = 2 * RUN_LENGTH;
            uint32_t cut = regs;
            start(fix[k], bits, code, n, regs);
            while (left) {
                unsigned slice = k && run & 2 ? 1 + fix_rand(&cut) % 9 : left;
                slice = slice < left ? slice : left;
                cpu_run(&fix[k]->cpu, slice);
                left -= slice;
            }
            if (k)
                compare(run, k);
        }
    }
    ck_assert_uint_gt(fix[LOCKSTEP]->cpu.journal->blocks, 1000);
    free_engines();
}
END_TEST

/* ---- the verifier ---- */

static struct ir nodes[IR_MAX], broken[IR_MAX];
static struct ir_block ib = {0, nodes};

/* Lifts one random encoding of a row; false when there is none. */
static bool lift_row(const struct insn_row *r, unsigned bits, uint32_t *seed)
{
    uint8_t code[15];
    struct cpu_fixture *f = fix[INTERP];
    int len = fix_encode(&f->cpu.blocks->decoder, code, bits, r, seed);
    if (len <= 0)
        return false;
    start(f, bits, code, (unsigned)len, 1);
    struct block *b = block_find(&f->cpu);
    ck_assert(b != NULL);
    lift_block(&ib, &f->cpu, b);
    return true;
}

static void check_ok(const struct insn_row *r, const char *when)
{
    unsigned at;
    const char *wrong = ir_check(&ib, &at);
    ck_assert_msg(!wrong, "%s, %s, node %u: %s", r->name, when, at, wrong ? wrong : "");
}

START_TEST(what_is_lifted_is_sound)
{
    uint32_t seed = 77;
    unsigned bodies = 0, before = 0, after = 0;
    make_engines();
    for (unsigned i = 0; i < insn_row_count; i++)
        for (unsigned k = 0; k < 12; k++) {
            if (!lift_row(&insn_rows[i], k & 1 ? 32 : 16, &seed))
                continue;
            bodies += ib.v[1].code != IR_HELPER;
            check_ok(&insn_rows[i], "lifted");
            before += ib.n;
            ir_optimise(&ib);
            check_ok(&insn_rows[i], "after the passes");
            after += ib.n;
        }
    ck_assert_uint_gt(bodies, 1000);
    ck_assert_uint_lt(after, before);
    free_engines();
}
END_TEST

static unsigned count_nodes(unsigned code)
{
    unsigned n = 0;
    for (unsigned i = 0; i < ib.n; i++)
        n += ib.v[i].code == code;
    return n;
}

START_TEST(the_passes_save_work)
{
    /* inc eax; inc eax; add eax, ebx; jmp $: one flag result and one EAX are seen */
    static const uint8_t code[] = {0x40, 0x40, 0x01, 0xd8, 0xeb, 0xfe};
    struct cpu_fixture *f;
    make_engines();
    f = fix[INTERP];
    start(f, 32, code, sizeof code, 1);
    lift_block(&ib, &f->cpu, block_find(&f->cpu));
    ck_assert_uint_eq(count_nodes(IR_PUT), 3 + 3 + 3 + 2); /* INC writes the carries twice */
    ir_optimise(&ib);
    ck_assert_uint_eq(count_nodes(IR_PUT), 3);
    ck_assert_uint_eq(count_nodes(IR_GET), 2); /* EAX and EBX; CF of before is not used */
    free_engines();
}
END_TEST

static const struct insn_row *row_named(const char *name)
{
    for (unsigned i = 0; i < insn_row_count; i++)
        if (!strcmp(insn_rows[i].name, name))
            return &insn_rows[i];
    return NULL;
}

static void rejects(unsigned i, struct ir x)
{
    unsigned at;
    struct ir_block bad = {ib.n, broken};
    memcpy(broken, nodes, ib.n * sizeof *nodes);
    broken[i] = x;
    ck_assert_msg(ir_check(&bad, &at) != NULL, "node %u as %s", i,
                  x.code < IR_CODES ? ir_info[x.code].name : "?");
}

static unsigned find_node(unsigned code)
{
    unsigned i = 0;
    while (i < ib.n && ib.v[i].code != code)
        i++;
    return i;
}
static bool has_node(unsigned code) { return find_node(code) < ib.n; }

START_TEST(what_is_broken_is_found)
{
    uint32_t seed = 5;
    make_engines();
    do
        ck_assert(lift_row(row_named("add"), 32, &seed)); /* add r/m8, r8, until it is to memory */
    while (!has_node(IR_LOADW));
    unsigned loadw = find_node(IR_LOADW), back = find_node(IR_STOREB), put = find_node(IR_PUT);
    unsigned x = find_node(IR_XOR), insn = find_node(IR_INSN);
    struct ir n = nodes[x];
    n.a = (ir_ref)x;
    rejects(x, n); /* itself as an argument */
    n = nodes[x];
    n.b = (ir_ref)put;
    rejects(put + 1, n); /* not a value */
    n = nodes[x];
    n.c = 1;
    rejects(x, n); /* too many arguments */
    rejects(x, (struct ir){.code = IR_CODES});
    rejects(loadw,
            (struct ir){.code = IR_LOAD, .size = 1, .a = nodes[loadw].a, .imm = nodes[loadw].imm});
    n = nodes[back];
    n.imm ^= 1;
    rejects(back, n);               /* another segment than was checked */
    rejects(put + 1, nodes[loadw]); /* a fault after a register was written */
    n = nodes[put];
    n.imm = offsetof(struct cpu, cr0);
    rejects(put, n); /* not for PUT */
    rejects(x, (struct ir){.code = IR_HELPER});
    rejects(insn, (struct ir){.code = IR_INSN, .imm = 1});
    rejects(ib.n - 1, (struct ir){.code = IR_K});
    n = nodes[find_node(IR_SEXT)];
    n.size = 3;
    rejects(find_node(IR_SEXT), n);
    free_engines();
}
END_TEST

/* ---- a wrong meaning ---- */

static unsigned wrong_from, wrong_to;
static void tamper(struct ir_block *block)
{
    for (unsigned i = 0; i < block->n; i++)
        if (block->v[i].code == wrong_from) {
            block->v[i].code = (uint8_t)wrong_to;
            if (wrong_from == IR_STORE)
                block->v[i].b = block->v[i].a;
            return;
        }
}

static void finds(const uint8_t *code, unsigned n, unsigned from, unsigned to, const char *what)
{
    struct cpu_fixture *f = fix[LOCKSTEP];
    uint32_t seed = 1;
    f->cpu.engine->tamper = tamper;
    wrong_from = from;
    wrong_to = to;
    fix_start_run(f, 32, code, n, &seed);
    f->cpu.gpr[R_AX] = 0x12345678;
    f->cpu.gpr[R_BX] = 0x5000;
    f->cpu.journal->differ = false;
    cpu_run(&f->cpu, 100);
    const char *text = cpu_mismatch(&f->cpu);
    ck_assert_msg(text != NULL, "nobody saw that %s became %s", ir_info[from].name,
                  ir_info[to].name);
    ck_assert_msg(strstr(text, what) != NULL, "no '%s' in: %s", what, text);
    ck_assert(strstr(text, "00001000") != NULL);
    ck_assert_uint_lt(f->cpu.icount, 100);
}

START_TEST(lockstep_finds_wrong_meanings)
{
    static const uint8_t add[] = {0x05, 0x11, 0x22, 0x33,
                                  0x44, 0xeb, 0xfe};               /* add eax, imm; jmp $ */
    static const uint8_t store[] = {0x89, 0x03, 0xeb, 0xfe};       /* mov [ebx], eax; jmp $ */
    static const uint8_t shift[] = {0xc1, 0xf8, 0x03, 0xeb, 0xfe}; /* sar eax, 3; jmp $ */
    make_engines();
    finds(add, sizeof add, IR_ADD, IR_OR, "gpr[0]");
    finds(add, sizeof add, IR_ADD, IR_OR, "add eax, 0x44332211");
    finds(add, sizeof add, IR_XOR, IR_OR, "EFLAGS");
    finds(store, sizeof store, IR_STORE, IR_STORE, "memory 00005000");
    finds(shift, sizeof shift, IR_SAR, IR_SHL, "gpr[0]");
    free_engines();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ir");
    TCase *tc = tcase_create("ir");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, engines_agree);
    tcase_add_test(tc, what_is_lifted_is_sound);
    tcase_add_test(tc, the_passes_save_work);
    tcase_add_test(tc, what_is_broken_is_found);
    tcase_add_test(tc, lockstep_finds_wrong_meanings);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
