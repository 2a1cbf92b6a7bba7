#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks who includes whom (docs/ARCHITECTURE.md) and what the core library may not call.

With --style, checks line lengths, file lengths, tabs and the licence line instead.
"""
import os, re, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ALLOWED = {  # directory -> directories it may include
    "core": {"core"},
    "cpu": {"core", "cpu"},
    "devices": {"core", "devices"},
    "machine": {"core", "cpu", "devices", "machine"},
    "host": {"core", "host"},
    "frontend": {"core", "host", "frontend"},
}
# The front end sees a machine only through these headers.
FRONTEND_MACHINE = {"machine/machine.h", "machine/config.h", "machine/tools.h"}
BELOW_MACHINE = {"core", "cpu", "devices"}
FORBIDDEN = re.compile(r"(?<![\w.>])(time|rand|printf|fprintf|puts|exit|abort|getenv|fopen)\s*\(")
FILE_SCOPE = re.compile(r"^static\s+(?!const\b|inline\b|ALWAYS_INLINE\b|NOINLINE\b|COLD\b|_Noreturn\b)[\w\s\*]+?\w+(\[[^\]]*\])*\s*(=.*|;)\s*$")


def strip(text):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', lambda m: m.group() if m.group().endswith('.h"') or m.group().endswith('.def"') or m.group().endswith('.inc"') else '""', text)
    return re.sub(r"//.*", "", text)


def check(path, rel, errors):
    top = rel.split("/")[0]
    with open(path, encoding="utf-8") as f:
        lines = strip(f.read()).split("\n")
    for no, line in enumerate(lines, 1):
        m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if m:
            inc = m.group(1)
            target = inc.split("/")[0]
            ok = target in ALLOWED[top] or (top == "frontend" and inc in FRONTEND_MACHINE)
            if rel.startswith("cpu/jit/") and inc == "host/execmem.h":
                ok = True
            if not ok:
                errors.append(f"{rel}:{no}: {top}/ may not include {inc}")
        if top in BELOW_MACHINE:
            m = FORBIDDEN.search(line)
            if m:
                errors.append(f"{rel}:{no}: {m.group(1)}() is not for {top}/")
            if rel.endswith(".c") and re.match(r"\s*extern\b", line):
                errors.append(f"{rel}:{no}: extern belongs in a header")
        if top != "frontend" and rel.endswith(".c") and FILE_SCOPE.match(line) and "const " not in line:
            errors.append(f"{rel}:{no}: mutable file-scope variable")


COLUMNS = 100
LINES, LINES_TABLE = 900, 1500  # the second for tables and tests


def check_style(path, rel, errors):
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    for no, line in enumerate(lines, 1):
        if len(line) > COLUMNS:
            errors.append(f"{rel}:{no}: {len(line)} columns, {COLUMNS} are the limit")
        if re.match(r"(<<<<<<<|=======|>>>>>>>)( |$)", line):
            errors.append(f"{rel}:{no}: a merge was not finished")
        if "\t" in line or line != line.rstrip():
            errors.append(f"{rel}:{no}: a tab, or blanks at the end")
    most = LINES_TABLE if rel.endswith((".def", ".inc")) or rel.startswith("tests/") else LINES
    if len(lines) - 1 > most:
        errors.append(f"{rel}: {len(lines) - 1} lines, {most} are the limit: split it by idea")
    if lines[0] != "/* SPDX-License-Identifier: BSD-2-Clause */":
        errors.append(f"{rel}:1: the licence line is missing")


def main():
    errors, count = [], 0
    style = "--style" in sys.argv
    for top in [*ALLOWED, "tests", "bios"] if style else ALLOWED:
        for base, _, names in os.walk(os.path.join(ROOT, top)):
            for n in sorted(names):
                if n.endswith((".c", ".h", ".def", ".inc") + ((".S",) if style else ())):
                    path = os.path.join(base, n)
                    rel = os.path.relpath(path, ROOT).replace(os.sep, "/")
                    (check_style if style else check)(path, rel, errors)
                    count += 1
    print("\n".join(errors) if errors else f"{count} files keep the rules")
    if not count:
        sys.exit("no file was checked")
    sys.exit(1 if errors else 0)


main()
