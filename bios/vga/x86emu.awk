# SPDX-License-Identifier: BSD-2-Clause
# Compiled C for emulators that know the 386 only in part: awk -f x86emu.awk IN.s >OUT.s
#
# X.Org runs a video BIOS in x86emu. In its 32-bit addresses (EBP + n) is in DS, (EDX + 32-bit n) in
# SS: a prefix says the segment. EBP as a base besides an index is ESP: compilers have not used that.
# In older ones an operand size prefix in 16-bit code has no effect on LEA, CALL, RET and LEAVE: the
# upper halves are lost, or the stack is off by two. These become others that do the same. A return
# address keeps its four bytes, where the compiler looks for arguments behind it: IP, and a word
# that RET drops. LEA leaves the flags alone, what stands for it does not: they are kept unless what
# follows shows that nobody wants them. The stack pointer never leaves what is in use: interrupts
# are on. build.sh looks whether one of them is left.

function fail(why) {
    print FILENAME ": line " at ": " why ": " line[at] >"/dev/stderr"
    exit 1
}

function emit(text) { print "\t" text }

# Whether an instruction after number k may look at the flags as they are at k.
function flags_wanted(k,    op) {
    for (k++; k <= n; k++) {
        if (line[k] ~ /^#APP/)
            return 0                       # an asm has no flags to read
        if (line[k] !~ /^\t[a-z]/)
            continue
        split(line[k], word, /[ \t]+/)
        op = word[2]
        if (op ~ /^(call|ret|leave)/)
            return 0
        if (op ~ /^(add|sub|cmp|test|and|or|xor|neg|imul|mul|div|idiv)[bwl]?$/)
            return 0
        if (op ~ /^s[ah][lr][bwl]?$/ && line[k] ~ /\$[1-9]/)
            return 0
        if (op ~ /^pushf/ || op !~ /^(mov|push|pop|lea|not|xchg|in[bwl]$|out[bwl]$|inc|dec|sh|sa|rep|bt|cwtl|cltd)/)
            return 1
    }
    return 0
}

# The end of a function: pop, pop, pop %ebp. Then %ebp may be changed before.
function frame_end(k) {
    for (k++; k <= n && line[k] ~ /^\tpopl\t/; k++)
        if (line[k] ~ /%ebp/)
            return 1
    return 0
}

function lea(args, k,    dst, from, disp, base, idx, scale, part, keep) {
    if (args !~ /\).*,/)
        fail("LEA without registers")
    dst = args
    sub(/.*, */, "", dst)
    from = args
    sub(/, *[^,]*$/, "", from)
    disp = from
    sub(/\(.*/, "", disp)
    sub(/^[^(]*\(/, "", from)
    sub(/\)$/, "", from)
    split(from, part, /,/)
    base = part[1]
    idx = part[2]
    scale = part[3] == "" ? 1 : part[3]
    if (disp == "0")
        disp = ""
    if (base == "%esp" && dst == "%esp")
        fail("stack pointer")
    if (dst == "%esp") {
        if (base != "%ebp" || idx != "" || !frame_end(k))
            fail("stack pointer")
        emit("addl\t$" disp ", %ebp")
        emit("movl\t%ebp, %esp")
        return
    }
    keep = flags_wanted(k)
    if (keep) {
        if (base == "%esp")
            fail("stack pointer")
        emit("pushfw")
    }
    if (idx == "") {
        if (base != dst)
            emit("movl\t" base ", " dst)
    } else if (base == dst && idx == dst) {
        emit("imull\t$" (scale + 1) ", " dst ", " dst)
    } else if (base == dst) {
        for (; scale > 0; scale--)
            emit("addl\t" idx ", " dst)
    } else {
        if (idx != dst)
            emit("movl\t" idx ", " dst)
        if (scale > 1)
            emit("sall\t$" (scale == 2 ? 1 : scale == 4 ? 2 : 3) ", " dst)
        if (base != "")
            emit("addl\t" base ", " dst)
    }
    if (disp != "")
        emit("addl\t$" disp ", " dst)
    if (keep)
        emit("popfw")
}

# A memory operand in 32-bit addresses, in the segment that the processor takes for it.
function segment(text) {
    if (text ~ /%[c-g]s:|%ss:/ || text !~ /%ebp|[^ \t]\(%edx\)/)
        print text
    else if (text ~ /\(%ebp,/)
        fail("EBP as a base besides an index")
    else if (text ~ /\(%ebp\)/)
        print "\tss " substr(text, 2)
    else if (text ~ /\(%edx\)/)
        print "\tds " substr(text, 2)
    else
        print text
}

{ line[NR] = $0 }

END {
    n = NR
    for (at = 1; at <= n; at++) {
        text = line[at]
        if (text ~ /^\t[a-z].*\(/ && text !~ /^\t(call|leal)/) {
            segment(text)
            continue
        }
        if (text !~ /^\t(call|ret|lea|leave)[wl]?([ \t]|$)/) {
            print text
            continue
        }
        split(text, word, /[ \t]+/)
        args = text
        sub(/^\t[a-z]+[ \t]*/, "", args)
        if (word[2] ~ /^call/) {
            if (args ~ /%esp/)
                fail("CALL by way of the stack")
            if (args ~ /^\*%e/)
                sub(/%e/, "%", args)
            emit("pushw\t$0")
            emit("callw\t" args)
        } else if (word[2] ~ /^leave/) {
            emit("movl\t%ebp, %esp")
            emit("popl\t%ebp")
        } else if (word[2] ~ /^ret/) {
            if (args != "")
                fail("RET with a number")
            emit("retw\t$2")
        } else if (word[2] == "leaw") {
            print text
        } else {
            lea(args, at)
        }
    }
}
