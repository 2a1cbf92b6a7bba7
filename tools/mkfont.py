#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The project's own screen font: code page 437 in 8x16, 8x14 and 8x8, written as C tables.

    tools/mkfont.py >bios/vga/font.c

Letters are six columns wide with two-column stems between empty outer columns, so that they keep apart
with and without a ninth column. Each glyph is a starting row and its rows in hex. Accented letters
are put together from letters and accents; line and block graphics are computed for each height."""

TALL = {  # 8x16: capitals stand on row 11 and begin on row 2; small letters on row 5
    "!": (2, "18181818181818001818"), '"': (1, "66666624"), "#": (3, "6c6cfe6c6c6cfe6c6c"),
    "$": (1, "18183e60603c06067c1818"), "%": (2, "6266060c0c1830306646"),
    "&": (2, "386c6c38307adecccc76"), "'": (1, "18181810"), "(": (1, "0c181830303030303018180c"),
    ")": (1, "3018180c0c0c0c0c0c181830"), "*": (4, "185a3c3c5a18"), "+": (4, "1818187e181818"),
    ",": (10, "18181830"), "-": (7, "7e"), ".": (10, "1818"), "/": (2, "0206060c0c181830306060"),
    "0": (2, "3c66666e6e767666663c"), "1": (2, "1838781818181818187e"), "2": (2, "3c6666060c183060607e"),
    "3": (2, "3c6606061c060606663c"), "4": (2, "0c1c1c3c2c6c6c7e0c0c"), "5": (2, "7e6060607c060606663c"),
    "6": (2, "1c3060607c666666663c"), "7": (2, "7e06060c0c1818303030"), "8": (2, "3c6666663c666666663c"),
    "9": (2, "3c666666663e06060c38"), ":": (5, "18180000001818"), ";": (5, "1818000000181830"),
    "<": (4, "060c183018 0c06"), "=": (6, "7e00007e"), ">": (4, "6030180c183060"),
    "?": (2, "3c6666060c1818001818"), "@": (2, "3c66666e6e6e6e60623c"),
    "A": (2, "183c6666667e66666666"), "B": (2, "7c6666667c666666667c"), "C": (2, "3c66626060606062663c"),
    "D": (2, "786c6666666666666c78"), "E": (2, "7e6060607c606060607e"), "F": (2, "7e6060607c6060606060"),
    "G": (2, "3c666260606e6666663e"), "H": (2, "666666667e6666666666"), "I": (2, "3c18181818181818183c"),
    "J": (2, "0e06060606060666663c"), "K": (2, "66666c6c78786c6c6666"), "L": (2, "6060606060606060607e"),
    "M": (2, "c6eeeefed6d6c6c6c6c6"), "N": (2, "666676767e7e6e6e6666"), "O": (2, "3c66666666666666663c"),
    "P": (2, "7c666666667c60606060"), "Q": (2, "3c6666666666666a6c36"), "R": (2, "7c666666667c6c6c6666"),
    "S": (2, "3c666060381c0606663c"), "T": (2, "7e181818181818181818"), "U": (2, "6666666666666666663c"),
    "V": (2, "666666666666663c3c18"), "W": (2, "c6c6c6c6d6d6d6fe6c6c"), "X": (2, "6666663c18183c666666"),
    "Y": (2, "666666663c1818181818"), "Z": (2, "7e06060c18183060607e"),
    "[": (1, "3c303030303030303030303c"), "\\": (2, "606030301818 0c0c060602"), "]": (1, "3c0c0c0c0c0c0c0c0c0c0c3c"),
    "^": (1, "183c66"), "_": (14, "ff"), "`": (1, "30180c"),
    "a": (5, "3c06063e66663e"), "b": (2, "6060607c66666666667c"), "c": (5, "3c66606060663c"),
    "d": (2, "0606063e66666666663e"), "e": (5, "3c66667e60623c"), "f": (2, "1c3630307c3030303030"),
    "g": (5, "3e66666666663e06663c"), "h": (2, "6060607c666666666666"), "i": (2, "1818003818181818183c"),
    "j": (2, "0c0c001c0c0c0c0c0c0c0c6c38"), "k": (2, "606060666c7870786c66"), "l": (2, "3818181818181818183c"),
    "m": (5, "ecfed6d6d6d6d6"), "n": (5, "7c666666666666"), "o": (5, "3c66666666663c"),
    "p": (5, "7c66666666667c606060"), "q": (5, "3e66666666663e060606"), "r": (5, "6c766260606060"),
    "s": (5, "3e60603c06067c"), "t": (3, "30307c30303030361c"), "u": (5, "6666666666663e"),
    "v": (5, "666666663c3c18"), "w": (5, "c6d6d6d6d6fe6c"), "x": (5, "66663c183c6666"),
    "y": (5, "6666666666663e060c78"), "z": (5, "7e060c1830607e"),
    "{": (1, "0e181818181870181818180e"), "|": (1, "18181818181818181818181818"), "}": (1, "70181818181 80e1818181870"),
    "~": (5, "324c"), "\u2302": (4, "183c66c3c3c3c3ff"),
    "\u263a": (2, "7e8181a58181a5998181817e"), "\u263b": (2, "7effffdbffffdbe7ffff ff7e"),
    "\u2665": (4, "66ffffffff7e3c18"), "\u2666": (4, "183c7eff7e3c18"), "\u2663": (3, "183c3c5affff5a18183c"),
    "\u2660": (3, "183c7effffff5a18183c"), "\u2022": (6, "183c3c18"),
    "\u25cb": (5, "3c664242663c"), "\u2642": (2, "1e060e1b1078cccccccc78"), "\u2640": (2, "3c6666663c18187e181818"),
    "\u266a": (2, "181c1e1b181818187878 70"), "\u266b": (2, "3f333f333333337677e6 c0"), "\u263c": (3, "1818db3c66663cdb1818"),
    "\u25ba": (2, "c0e0f0f8fcfefcf8f0e0c0"), "\u25c4": (2, "03070f1f3f7f3f1f0f0703"), "\u2195": (2, "183c7e181818181 87e3c18"),
    "\u203c": (2, "66666666666666006666"), "\u00b6": (2, "7fdbdbdbdb7b1b1b1b1b1b"), "\u00a7": (1, "3c66603c666666663c0606663c"),
    "\u25ac": (8, "ffffffff"), "\u21a8": (2, "183c7e18181818187e3c187e"), "\u2191": (2, "183c7e1818181818181818"),
    "\u2193": (2, "18181818181818187e3c18"), "\u2192": (5, "080cfeff fe0c08".replace("feff fe", "feff")), "\u2190": (5, "1030 7fff3010"),
    "\u221f": (6, "c0c0c0c0fefe"), "\u2194": (5, "2466ff ff6624"), "\u25b2": (4, "1818 3c3c7e7effff"),
    "\u25bc": (4, "ffff7e7e3c3c1818"),
    "\u00e6": (5, "6c16167ed0d26c"), "\u00c6": (2, "3e78d8d8defed8d8d8de"), "\u00a2": (3, "18183e6060603e1818"),
    "\u00a3": (2, "1c36303078303030627e"), "\u00a5": (2, "6666663c187e187e1818"), "\u20a7": (2, "f8ccccd8f6c2c6c3cbce".replace("cbce", "c3ce")),
    "\u0192": (2, "0e1b18183c18181818d870"), "\u00aa": (2, "3c063e663e007e"), "\u00ba": (2, "3c6666663c007e"),
    "\u00bf": (3, "181800181830606666 3c"), "\u2310": (7, "7e6060"), "\u00ac": (7, "7e0606"),
    "\u00bd": (2, "62666c08183 03b4d060c1f"), "\u00bc": (2, "62666c081836 2e5e9f0606"), "\u00a1": (3, "18180018181818181818"),
    "\u00ab": (5, "1b366cd86c361b"), "\u00bb": (5, "d86c361b366cd8"),
    "\u03b1": (5, "76dcc8c8c8dc76"), "\u00df": (2, "3c66666c6c666666666c 60"), "\u0393": (2, "7e626060606060606060"),
    "\u03c0": (5, "fe6c6c6c6c6c66"), "\u03a3": (2, "7e623018 0c0c1830627e"), "\u03c3": (5, "3f6c6666 66663c"),
    "\u00b5": (5, "6666666666667b606060"), "\u03c4": (5, "7e5818181818 0e"), "\u03a6": (2, "3c187edbdbdbdb7e183c"),
    "\u0398": (2, "3c6666667e666666663c"), "\u03a9": (2, "3c666666666666242466".replace("242466", "2424e7")), "\u03b4": (2, "1e30180c3e666666663c"),
    "\u221e": (6, "6edbdbdb76"), "\u03c6": (4, "02067cdedbf37e60c0".replace("7cdedbf37e", "7ecedbf37e")), "\u03b5": (5, "1e30607c60301e"),
    "\u2229": (3, "3c66666666666666 66"), "\u2261": (4, "7e00007e00007e"), "\u00b1": (3, "1818187e181818007e"),
    "\u2265": (3, "30180c060c1830007e"), "\u2264": (3, "0c18306030180c007e"), "\u00f7": (4, "1818007e001818"),
    "\u2248": (5, "324c00324c"), "\u00b0": (2, "3c66663c"), "\u2219": (7, "3c3c"), "\u00b7": (7, "1818"),
    "\u221a": (1, "0f0c0c0c0c0c6c6c3c1c0c"), "\u207f": (2, "7c66666666"), "\u00b2": (2, "3c660c18307e"),
    "\u25a0": (5, "7e7e7e7e7e7e"),
}
SHORT = {  # 8x8
    "!": "18181818180018", '"': "666624", "#": "6c6cfe6cfe6c6c", "$": "183e603c067c18", "%": "62660c18306646",
    "&": "386c3876dccc76", "'": "181810", "(": "0c18303030180c", ")": "30180c0c0c1830", "*": "00663cff3c66",
    "+": "0018187e1818", ",": "0000000000181830", "-": "0000007e", ".": "00000000001818", "/": "02060c18306040",
    "0": "3c666e7e76663c", "1": "1838181818187e", "2": "3c66060c18307e", "3": "3c66061c06663c", "4": "0c1c3c6c7e0c0c",
    "5": "7e607c0606663c", "6": "1c30607c66663c", "7": "7e060c0c181818", "8": "3c66663c66663c", "9": "3c66663e060c38",
    ":": "00181800001818", ";": "0018180000181830", "<": "060c1830180c06", "=": "00007e007e", ">": "6030180c183060",
    "?": "3c66060c180018", "@": "3c666e6e60623c", "A": "183c66667e6666", "B": "7c66667c66667c", "C": "3c66606060663c",
    "D": "786c6666666c78", "E": "7e60607c60607e", "F": "7e60607c606060", "G": "3c66606e66663e", "H": "6666667e666666",
    "I": "3c18181818183c", "J": "0e06060606663c", "K": "666c7870786c66", "L": "6060606060607e", "M": "c6eefed6c6c6c6",
    "N": "66767e7e6e6666", "O": "3c66666666663c", "P": "7c66667c606060", "Q": "3c6666666a6c36", "R": "7c66667c6c6666",
    "S": "3c66603c06663c", "T": "7e181818181818", "U": "6666666666663c", "V": "66666666663c18", "W": "c6c6c6d6d6fe6c",
    "X": "66663c183c6666", "Y": "6666663c181818", "Z": "7e060c1830607e", "[": "3c30303030303c", "\\": "406030180c0602",
    "]": "3c0c0c0c0c0c3c", "^": "183c66", "_": "00000000000000ff", "`": "30180c", "a": "00003c063e663e",
    "b": "60607c6666667c", "c": "00003c6660663c", "d": "06063e6666663e", "e": "00003c667e603c", "f": "1c307c30303030",
    "g": "00003e66663e063c", "h": "60607c66666666", "i": "1800381818183c", "j": "0c001c0c0c0c6c38", "k": "6060666c786c66",
    "l": "3818181818183c", "m": "0000ecfed6d6d6", "n": "00007c66666666", "o": "00003c6666663c", "p": "00007c66667c6060",
    "q": "00003e66663e0606", "r": "00006c76606060", "s": "00003e603c067c", "t": "30307c3030361c", "u": "0000666666663e",
    "v": "00006666663c18", "w": "0000d6d6d6fe6c", "x": "0000663c183c66", "y": "00006666663e063c", "z": "00007e0c18307e",
    "{": "0e18187018180e", "|": "1818181818181818", "}": "7018180e181870", "~": "00324c",
}
ACCENTS = {"\u0301": "0c18", "\u0300": "3018", "\u0302": "3c66", "\u0308": "6666", "\u0303": "324c", "\u030a": "1818"}
CONTROL = "\0\u263a\u263b\u2665\u2666\u2663\u2660\u2022\u25d8\u25cb\u25d9\u2642\u2640\u266a\u266b\u263c" \
          "\u25ba\u25c4\u2195\u203c\u00b6\u00a7\u25ac\u21a8\u2191\u2193\u2192\u2190\u221f\u2194\u25b2\u25bc"


def unicode_of(code):
    if code < 32:
        return CONTROL[code]
    return "\u2302" if code == 127 else bytes([code]).decode("cp437")


def rows_of(start, text, height):
    body = list(bytes.fromhex(text.replace(" ", "")))
    out = [0] * start + body
    return (out + [0] * height)[:height]


def over(a, b):
    return [x | y for x, y in zip(a, b)]


# Line graphics: arms to the left, right, top, bottom; 0 none, 1 single, 2 double.
LINES = {}
for chars, arms in {
    "\u2502": "0011", "\u2524": "1011", "\u2561": "2011", "\u2562": "1022", "\u2556": "1002", "\u2555": "2001",
    "\u2563": "2022", "\u2551": "0022", "\u2557": "2002", "\u255d": "2020", "\u255c": "1020", "\u255b": "2010",
    "\u2510": "1001", "\u2514": "0110", "\u2534": "1110", "\u252c": "1101", "\u251c": "0111", "\u2500": "1100",
    "\u253c": "1111", "\u255e": "0211", "\u255f": "0122", "\u255a": "0220", "\u2554": "0202", "\u2569": "2220",
    "\u2566": "2202", "\u2560": "0222", "\u2550": "2200", "\u256c": "2222", "\u2567": "2210", "\u2568": "1120",
    "\u2564": "2201", "\u2565": "1102", "\u2559": "0120", "\u2558": "0210", "\u2552": "0201", "\u2553": "0102",
    "\u256b": "1122", "\u256a": "2211", "\u2518": "1010", "\u250c": "0101",
}.items():
    LINES[chars] = [int(a) for a in arms]


def box(arms, height):
    """Single lines are two columns, or one row; double lines run on both sides of the middle."""
    left, right, up, down = arms
    mid = height // 2 - (1 if height == 8 else 0)
    bit = [[False] * 8 for _ in range(height)]
    vert, horiz = max(up, down), max(left, right)
    vcols = {0: [3, 4], 1: [3, 4], 2: [2, 5]}
    hrows = {0: [mid], 1: [mid], 2: [mid - 1, mid + 1]}
    for side, arm, cols in (("l", left, range(0, 8)), ("r", right, range(7, -1, -1))):
        for row in hrows[arm] if arm else []:
            # a line runs on to the far vertical, or to the near one where a double vertical opens
            other = right if side == "l" else left
            through = other == arm
            opens = vert == 2 and ((row < mid and up == 2) or (row > mid and down == 2) or (row == mid))
            near, far = (min(vcols[vert]), max(vcols[vert])) if side == "l" else (max(vcols[vert]), min(vcols[vert]))
            if vert == 2:
                stop = near if (opens and not (through and row == mid and not (up == 2 and down == 2))) else far
                if arm == 1:
                    stop = near if up == 2 and down == 2 and not through else far if not through else far
            else:
                stop = far
            for col in cols:
                bit[row][col] = True
                if col == stop:
                    break
    for side, arm, rows in (("u", up, range(0, height)), ("d", down, range(height - 1, -1, -1))):
        for col in vcols[arm] if arm else []:
            other = down if side == "u" else up
            hr = hrows[horiz] if horiz else [mid]
            near, far = (min(hr), max(hr)) if side == "u" else (max(hr), min(hr))
            opens = horiz == 2 and ((col < 4 and left == 2) or (col >= 4 and right == 2)) and arm == 2
            stop = near if opens else far
            if horiz == 2 and arm == 1 and other != arm:
                stop = near if left == 2 and right == 2 else far
            if not horiz:
                stop = height - 1 if side == "u" else 0
            for row in rows:
                bit[row][col] = True
                if row == stop:
                    break
    return [sum(128 >> c for c in range(8) if r[c]) for r in bit]


def computed(code, ch, height):
    if ch in LINES:
        return box(LINES[ch], height)
    half = height // 2
    shades = {0xb0: (0x22, 0x88), 0xb1: (0x55, 0xaa), 0xb2: (0xdd, 0x77)}
    if code in shades:
        return [shades[code][r & 1] for r in range(height)]
    blocks = {0xdb: lambda r: 0xff, 0xdc: lambda r: 0xff if r >= half else 0, 0xdd: lambda r: 0xf0,
              0xde: lambda r: 0x0f, 0xdf: lambda r: 0xff if r < half else 0}
    if code in blocks:
        return [blocks[code](r) for r in range(height)]
    if code in (0xf4, 0xf5):  # the integral's two halves
        hook = {16: 3, 14: 3, 8: 2}[height]
        if code == 0xf4:
            return [0] + [0x0e] + [0x1b] * (hook - 1) + [0x18] * (height - hook - 1)
        return [0x18] * (height - hook - 2) + [0xd8] * (hook - 1) + [0x70] + [0, 0]
    return None


def tall(code):
    ch = unicode_of(code)
    if code in (0, 32, 255):
        return [0] * 16
    if code in (8, 10):  # inverse bullet and circle
        return [r ^ 0xff for r in tall(code - 1)]
    if ch in TALL:
        return rows_of(*TALL[ch], 16)
    return accented(ch, 16)


def short(code):
    ch = unicode_of(code)
    if code in (8, 10):
        return [r ^ 0xff for r in short(code - 1)]
    if ch in SHORT:
        return rows_of(0, SHORT[ch], 8)
    if code in (0, 32, 255):
        return [0] * 8
    if ch in TALL:
        return shrink(tall(code))
    return accented(ch, 8)


def shrink(rows):
    """Sixteen rows to eight: drop blank margins, then merge the rows that are most alike."""
    top = next(i for i, r in enumerate(rows) if r)
    end = 16 - next(i for i, r in enumerate(reversed(rows)) if r)
    place, body = top // 2, rows[top:end]
    want = min(len(body), 7)
    if len(body) > 4:
        want = min(max(len(body) // 2 + 1, 4), 8)
    while len(body) > want:
        i = min(range(len(body) - 1), key=lambda k: (bin(body[k] ^ body[k + 1]).count("1"), abs(k - len(body) // 2)))
        body[i:i + 2] = [body[i] | body[i + 1] if body[i] == body[i + 1] else body[i]]
    place = min(place, 8 - len(body))
    return ([0] * place + body + [0] * 8)[:8]


def accented(ch, height):
    import unicodedata
    base, mark = unicodedata.normalize("NFD", ch)
    if mark == "\u0327":  # cedilla
        if height == 16:
            return over(rows_of(*TALL[base], 16), rows_of(12, "180c38", 16))
        return over(rows_of(0, SHORT[base], 8), rows_of(7, "18", 8))
    accent = ACCENTS[mark]
    if height == 16:
        rows = rows_of(*TALL["\u0131" if base == "i" else base], 16) if base != "i" else rows_of(5, "3818181818183c", 16)
        if base.isupper():
            rows = [0] * 4 + [r for i, r in enumerate(rows[2:12]) if i not in (2, 7)] + rows[12:]
            return over(rows, rows_of(1, accent, 16))
        if mark == "\u030a":
            return over(rows, rows_of(1, "182418", 16))
        return over(rows, rows_of(2, accent, 16))
    rows = rows_of(0, SHORT[base], 8) if base != "i" else rows_of(2, "381818183c", 8)
    if base.isupper():
        rows = [0, 0] + [r for i, r in enumerate(rows[:7]) if i not in (2,)]
        return over(rows, rows_of(0, accent[:2], 8))
    return over(rows, rows_of(0, accent, 8))


def glyph(code, height):
    rows = computed(code, unicode_of(code), height)
    if rows:
        return rows
    return short(code) if height == 8 else tall(code) if height == 16 else tall(code)[1:15]


def main():
    print("/* SPDX-License-Identifier: BSD-2-Clause */")
    print("/* The screen fonts, code page 437. Made by tools/mkfont.py: change the drawings there. */")
    print('#include "rom.h"')
    for height in (16, 14, 8):
        print(f"\nconst u8 font8x{height}[256 * {height}] = {{")
        for code in range(256):
            rows = ", ".join(f"0x{r:02x}" for r in glyph(code, height))
            print(f"    {rows},")
        print("};")


if __name__ == "__main__":
    main()
