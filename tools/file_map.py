#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints docs/FILES.md: each source file and the first sentence of its header comment.

--write writes it, and the list in docs/QUIRKS.md of what the headers say is not modelled or deviates;
--check fails when either is not fresh.
"""
import os, re, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FILES = os.path.join(ROOT, "docs", "FILES.md")
QUIRKS = os.path.join(ROOT, "docs", "QUIRKS.md")
MARK = "<!-- from here on made by tools/file_map.py --write -->\n"
TOPS = ("core", "cpu", "devices", "machine", "host", "frontend", "bios", "tests", "tools")
HEADER = """# Files

Each file and the first sentence of its header; a `.c` without one stands behind its `.h`. Made by
`tools/file_map.py --write`; a test fails when it is not fresh."""


def header(path):
    """The lines of the header comment, without its frame."""
    with open(path, encoding="utf-8") as f:
        text = f.read(8000)
    if path.endswith((".c", ".h", ".S", ".def", ".inc", ".dsl")):
        text = re.sub(r"\A/\* SPDX.*?\*/\s*", "", text)
        text = re.sub(r"\A/\* links: .*?\*/\s*", "", text)
        m = re.match(r"/\*(.*?)\*/", text, re.S)
        return [re.sub(r"^\s*\*? ?", "", l).rstrip() for l in m.group(1).split("\n")] if m else []
    m = re.search(r'^"""(.*?)"""', text, re.S | re.M)
    if m:
        return m.group(1).split("\n")
    rest = [l for l in text.split("\n") if not re.match(r"#!|# SPDX", l)]
    end = next((n for n, l in enumerate(rest) if not l.startswith("#")), len(rest))
    return [l.lstrip("# ") for l in rest[:end]]


def sentence(lines):
    """The first sentence, without the reference that stands at the right."""
    para = []
    for line in lines:
        line = re.sub(r"(^| {2,})Ref: .*", "", line).strip()
        if not line and para:
            break
        if line:
            para.append(line)
            if line.endswith(":") or re.search(r"[a-z)]{2}\.$", line):
                break
    text = " ".join(para)
    m = re.match(r"(.*?[A-Za-z0-9)'\"\]]{2})(\.(\s|$)|:$)", text)
    return (m.group(1) if m else text).rstrip(".")


def quirks(lines):
    """(kind, text) of what the header says is not modelled or deviates."""
    found = []
    for line in lines:
        m = re.match(r"(Not modelled|Deviations|Not done|Not provided|Not here):\s*(.*)", line)
        if m:
            found.append([m.group(1), m.group(2)])
        elif found and found[-1] is not None:
            if line.strip():
                found[-1][1] += " " + line.strip()
            else:
                found.append(None)
    return [f for f in found if f]


def sources():
    for top in TOPS:
        for base, dirs, names in os.walk(os.path.join(ROOT, top)):
            dirs[:] = sorted(d for d in dirs if not d.startswith((".", "__")))
            for n in sorted(names):
                path = os.path.relpath(os.path.join(base, n), ROOT).replace(os.sep, "/")
                if n.endswith((".c", ".h", ".S", ".def", ".inc", ".py", ".sh", ".awk", ".dsl")):
                    yield top, path
                elif "." not in n and open(os.path.join(ROOT, path), "rb").read(2) == b"#!":
                    yield top, path


def files():
    out, at = [HEADER], None
    have = {path: sentence(header(os.path.join(ROOT, path))) for _, path in sources()}
    for top, path in sources():
        if top != at:
            out.append(f"\n## {top}\n")
            at = top
        text = have[path]
        if not text and path.endswith(".c") and have.get(path[:-2] + ".h"):
            text = f"see `{os.path.basename(path)[:-2]}.h`"
        out.append(f"- `{path}` — {text}" if text else f"- `{path}`")
    return "\n".join(out) + "\n"


def quirk_list():
    with open(QUIRKS, encoding="utf-8") as f:
        out = [f.read().split(MARK)[0] + MARK]
    for _, path in sources():
        found = quirks(header(os.path.join(ROOT, path))) if not path.startswith("tests/") else []
        if found:
            out.append(f"\n**`{path}`**\n")
            out += [f"- {kind}: {text}" for kind, text in found]
    return "\n".join(out) + "\n"


def main():
    for path, text in ((FILES, files()), (QUIRKS, quirk_list())):
        if "--write" in sys.argv:
            with open(path, "w", encoding="utf-8", newline="\n") as f:
                f.write(text)
        elif "--check" in sys.argv:
            with open(path, encoding="utf-8") as f:
                if f.read() != text:
                    name = os.path.relpath(path, ROOT)
                    sys.exit(f"{name} is not fresh: run tools/file_map.py --write")
        else:
            print(text, end="")
            break


main()
