#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fails when a device class of devices/ lacks tests that every chip has: coverage of its fields by
dt_covers() in a unit test; save/load at random moments, random traffic and mutated states by standing
in chips[] of tests/unit/test_chips.c."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
tests = {p.name: p.read_text() for p in sorted((root / "tests/unit").glob("test_*.c"))}
classes = {m[1]: p.name for p in sorted((root / "devices").glob("*.c"))
           for m in re.finditer(r"^const struct device_class (\w+)_class =", p.read_text(), re.M)}
board = re.search(r"chips\[\] = \{(.*?)\};", tests["test_chips.c"], re.S)[1]
bad = 0


def tested(call, name):
    return any(re.search(rf"\b{call}\(&{name}_class\b", text) for text in tests.values())


for name, source in classes.items():
    if not tested("dt_covers", name):
        print(f"devices/{source}: no unit test calls dt_covers(&{name}_class, ...)")
        bad += 1
    if f"&{name}_class" not in board:
        print(f"devices/{source}: {name}_class is not in chips[] of tests/unit/test_chips.c")
        bad += 1
print(f"{len(classes)} device classes, {bad} without a test they need")
sys.exit(bad != 0)
