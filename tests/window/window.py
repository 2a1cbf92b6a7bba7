#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The window, used by keyboard and mouse on a virtual screen: window.py VITRINE [KEEP [REFERENCE]]

Needs Xvfb and xdotool, else it is skipped (77); with xclip, pasting is tried too. What reached the machine is read from
its input log; what is to be seen, from the screen's pixels, in a few places. KEEP is a folder for pictures (.ppm).

A VITRINE for Windows, .exe, is run by wine; WINEPREFIX names its files, where the program's preferences are removed. There it
is a shorter session, and REFERENCE, this host's build, draws the same picture and replays the session to the same hash.
"""
import hashlib, os, re, shutil, struct, subprocess, sys, tempfile, time, zlib

vitrine, keep, reference = [sys.argv[1]], *(sys.argv[2:] + [None, None])[:2]
windows = vitrine[0].endswith(".exe")
if windows:
    vitrine.insert(0, "wine")
    if not reference:
        sys.exit("the program for Windows needs a REFERENCE")
for tool in ("Xvfb", "xdotool", *vitrine[:-1]):
    if not shutil.which(tool):
        print(f"skipped: {tool} is not installed")
        sys.exit(77)
work = tempfile.mkdtemp()
os.chdir(work)
os.environ["XDG_DATA_HOME"] = work + "/data"
os.environ.pop("WAYLAND_DISPLAY", None)
os.environ["ASAN_OPTIONS"] = "detect_leaks=0"     # what video drivers keep is not ours to free
conf = work + "/data/vitrine/window.conf"
if windows:
    os.environ.setdefault("WINEPREFIX", work + "/wine")
    os.environ.update(WINEDEBUG="-all", PULSE_SERVER="none")
    os.environ.pop("SDL_VIDEODRIVER", None)
    subprocess.run([*vitrine, "--version"], check=True, stdout=subprocess.DEVNULL)     # makes the prefix
    users = os.environ["WINEPREFIX"] + "/drive_c/users/"
    conf = users + [u for u in os.listdir(users) if u != "Public"][0] + "/AppData/Roaming/vitrine/window.conf"
    if os.path.exists(conf):
        os.remove(conf)
else:
    os.environ["SDL_VIDEODRIVER"] = "x11"
PATIENCE = 4 if windows else 1                    # programs start slowly there
WIDE, HIGH = 1152, 864
failures = []


def check(ok, what):
    print(("ok      " if ok else "FAILED  ") + what, flush=True)
    if not ok:
        failures.append(what)


def start_screen():
    r, w = os.pipe()
    x = subprocess.Popen(["Xvfb", "-displayfd", str(w), "-screen", "0", f"{WIDE}x{HIGH}x24", "-fbdir", work, "-nolisten", "tcp"],
                         pass_fds=[w], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(w)
    os.environ["DISPLAY"] = ":" + os.read(r, 16).decode().strip()
    return x


def pixels():
    """The screen as rows of 0xRRGGBB bytes, from the X window dump that Xvfb keeps."""
    with open(work + "/Xvfb_screen0", "rb") as f:
        data = f.read()
    head = struct.unpack(">25I", data[:100])
    size, width, height, stride, colours = head[0], head[4], head[5], head[12], head[19]
    at = size + colours * 12
    return [data[at + y * stride:at + y * stride + width * 4] for y in range(height)]


def pixel(x, y, rows=None):
    p = (rows or pixels())[y][x * 4:x * 4 + 3]
    return p[2] << 16 | p[1] << 8 | p[0]


def region(x0, y0, x1, y1):
    return hashlib.sha256(b"".join(row[x0 * 4:x1 * 4] for row in pixels()[y0:y1])).hexdigest()


def picture(name):
    if keep:
        with open(f"{keep}/{name}.ppm", "wb") as f:
            f.write(b"P6 %d %d 255\n" % (WIDE, HIGH))
            for row in pixels():
                f.write(b"".join(row[i + 2:i + 3] + row[i + 1:i + 2] + row[i:i + 1] for i in range(0, WIDE * 4, 4)))


def x(*args):
    return subprocess.run(["xdotool", *map(str, args)], capture_output=True, text=True).stdout.strip()


def key(*names):
    for name in names:
        x("key", name)
        time.sleep(0.12)


def host(name):
    x("keydown", "Control_R", "key", name, "keyup", "Control_R")
    time.sleep(0.3)


def wait(what, test, seconds=15):
    end = time.time() + seconds * PATIENCE
    while not test() and time.time() < end:
        time.sleep(0.1)
    check(bool(test()), what)


class Window:
    def __init__(self, *args):
        self.log = tempfile.mktemp(dir=work, suffix=".log")
        what = ["run"] if "--fda" in args else ["demo"]
        self.p = subprocess.Popen([*vitrine, *what, "--record", self.log, "--hash", *args], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        self.id = ""
        end = time.time() + 15 * PATIENCE
        while not self.id and time.time() < end:
            self.id = x("search", "--name", "^Vitrine").split("\n")[0]
            time.sleep(0.1)
        x("windowfocus", self.id)
        time.sleep(0.3)
        self.place()

    def place(self):
        g = dict(line.split("=") for line in x("getwindowgeometry", "--shell", self.id).split("\n") if "=" in line)
        self.x, self.y, self.w, self.h = (int(g.get(k, 0)) for k in ("X", "Y", "WIDTH", "HEIGHT"))
        return self.w, self.h

    def title(self):
        return x("getwindowname", self.id)

    def move(self, px, py):
        x("mousemove", self.x + px, self.y + py)
        time.sleep(0.15)

    def click(self, px, py, button=1):
        self.move(px, py)
        x("click", button)
        time.sleep(0.3)

    def at(self, px, py):
        if windows:
            self.place()                          # wine moves and sizes it when it comes to it
        return pixel(self.x + px, self.y + py)

    def bar(self):
        """Its ground, through which a little of the picture is seen."""
        return all(abs((self.at(200, 20) >> shift & 255) - want) < 10 for shift, want in ((16, 0x18), (8, 0x1c), (0, 0x20)))

    def menu_open(self):
        return self.at(1, 10) == 0x2f6fb0          # the bar's button is lit

    def logged(self):
        with open(self.log) as f:
            return f.read()

    def sure(self, name):
        """With the host key, and again if the window asks whether it is meant."""
        host(name)
        time.sleep(0.5)
        if self.p.poll() is None and self.menu_open():
            host(name)

    def end(self):
        self.sure("q")
        try:
            out, err = self.p.communicate(timeout=20 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.p.kill()
            out, err = self.p.communicate()
        check(self.p.returncode == 0, f"quits with status 0: {self.p.returncode} {err.strip()}")
        return out


def steady(w):
    """Until the demo's logo stands there; its floppy takes pauses."""
    last, same, end = None, 0, time.time() + 60 * PATIENCE
    while same < 15 and time.time() < end:
        now = region(w.x + 100, w.y + 40, w.x + 860, w.y + 220)
        same = same + 1 if now == last else 0
        last = now
        time.sleep(0.2)
    return last


def codes(text):
    """Scan codes of the keys that went down, in order."""
    return [int(f[3]) for f in (line.split() for line in text.split("\n")) if len(f) > 4 and f[2] == "key" and f[4] == "1"]


def use_menus(w):
    logo = steady(w)
    wait("the bar hides", lambda: not w.bar())
    key("Control_R")
    wait("the host key opens the menu", w.menu_open)
    picture("menu")
    key("1")
    key("Escape")
    wait("Escape closes it", lambda: not w.menu_open())
    wait("the picture is as before", lambda: region(w.x + 100, w.y + 40, w.x + 860, w.y + 220) == logo)
    check(codes(w.logged()) == [], "keys of the menu do not reach the guest")
    w.move(300, 4)
    x("keydown", "a")
    w.click(20, 10)
    wait("the bar's button opens the menu", w.menu_open)
    x("keyup", "a")
    wait("what was held down is let go", lambda: " key 30 0 0 0\n" in w.logged())
    w.click(60, 22 + 2 + 24 + 10)
    wait("the first row pauses", lambda: "paused" in w.title())
    w.click(20, 10)
    w.click(60, 22 + 2 + 24 + 10)
    wait("and goes on", lambda: "paused" not in w.title())
    w.click(20, 10)
    w.click(700, 500)
    wait("a click beside the menu closes it", lambda: not w.menu_open())
    check("release" not in w.title(), "and is not for the guest")
    key("Control_R", "Down", "Down", "Return", "Return")
    wait("Ctrl+Alt+Del from the menu", lambda: codes(w.logged())[-3:] == [0x1d, 0x38, 0x153])


def use_capture(w):
    w.click(480, 400)
    wait("a click captures the mouse, and the title tells how to leave", lambda: "Right Ctrl" in w.title())
    picture("captured")
    x("mousemove_relative", "--", 30, 20)
    wait("motion reaches the guest", lambda: " mouse " in w.logged())
    key("Control_R")
    wait("the host key releases it", lambda: "Right Ctrl" not in w.title())
    check(not w.menu_open(), "and opens no menu yet")
    w.click(480, 400)
    x("keydown", "ctrl", "keydown", "alt", "key", "g", "keyup", "alt", "keyup", "ctrl")
    time.sleep(0.3)
    wait("so does Ctrl+Alt+G", lambda: "Right Ctrl" not in w.title())
    held = [f for f in (line.split() for line in w.logged().split("\n")) if len(f) > 4 and f[2] == "key"]
    down = {}
    for f in held:
        down[f[3]] = f[4]
    check("1" not in down.values(), "nothing stays pressed")


def use_locks(w):
    """Caps Lock while another window has the keyboard."""
    root = x("search", "--maxdepth", "0", ".*").split("\n")[0]
    for want in ([0x3a, 0x1e], [0x3a, 0x1e], [0x1e]):
        before = len(codes(w.logged()))
        x("windowfocus", root)
        time.sleep(0.3)
        if len(want) > 1:
            key("Caps_Lock")
        x("windowfocus", w.id)
        time.sleep(0.3)
        key("a")
        wait("the guest's Caps Lock follows the host's", lambda: codes(w.logged())[before:] == want)


def use_media(w):
    wait("a dropped CD image is inserted", lambda: " insert cdrom " in w.logged())
    key("Control_R", *["Down"] * 6, "Return", "Return")
    picture("files")
    key("f", "l")
    picture("files2")
    key("Return")
    wait("a floppy chosen from the list", lambda: " insert fda " in w.logged() and "/floppy.img\n" in w.logged())
    key("Control_R", *["Down"] * 6, "Return", "Down", "Return")
    wait("ejected", lambda: " eject fda\n" in w.logged())


def use_paste(w):
    if not shutil.which("xclip"):
        print("skipped: pasting, as xclip is not installed")
        return
    subprocess.run(["xclip", "-selection", "clipboard"], input="zY@\u20ac\u263a#", text=True, stdout=subprocess.DEVNULL)
    before = len(codes(w.logged()))
    for attempt in range(5):                      # the owner of the clipboard may be slow to answer
        host("v")
        time.sleep(1.5)
        if len(codes(w.logged())) > before:
            break
    want = [0x15, 0x2a, 0x2c, 0x138, 0x10, 0x138, 0x12, 0x2b]
    wait("pasted text is typed on the guest's German keyboard", lambda: codes(w.logged())[before:] == want)
    picture("pasted")
    host("c")
    time.sleep(1)
    clip = subprocess.run(["xclip", "-selection", "clipboard", "-o"], capture_output=True, text=True, timeout=20).stdout
    check("VITRINE DEMO READY" in clip, f"the screen's text is in the clipboard: {clip[:80]!r}")


def use_size(w):
    x("windowsize", w.id, 800, 600)
    time.sleep(0.7)
    wait("resized", lambda: w.place() == (800, 600))
    host("f")
    time.sleep(0.7)
    wait("full screen", lambda: w.place() == (WIDE, HIGH))
    picture("fullscreen")
    time.sleep(1.2)                               # what follows is the user's doing again
    host("f")
    wait("and back", lambda: w.place() == (800, 600))


def session():
    w = Window("--drop", "disc.iso", "--keymap", "de")
    check(w.place() == (720, 540), f"the first window is good for this screen: {w.w}x{w.h}")
    x("windowmove", w.id, 40, 40, "windowsize", w.id, 960, 720)
    time.sleep(0.7)
    w.place()
    use_menus(w)
    use_capture(w)
    use_locks(w)
    host("F5")
    wait("quick save", lambda: os.path.exists("demo.quick.snap") and " save " in w.logged())
    use_media(w)
    use_paste(w)
    host("F9")
    wait("quick load", lambda: " load " in w.logged())
    key("Control_R", "Up", "Up", "Up", "Up", "Up", "Up", "Return", "Down", "Down", "Down", "Return")
    wait("a fixed speed from the menu", lambda: " rate 5000000\n" in w.logged())
    host("r")
    wait("a reset is asked about", w.menu_open)
    key("Return")
    wait("and the first answer is no", lambda: not w.menu_open() and " reset\n" not in w.logged())
    w.sure("r")
    wait("reset", lambda: " reset\n" in w.logged())
    host("b")
    wait("the power button", lambda: " power\n" in w.logged())
    host("s")
    wait("a screenshot", lambda: any(f.startswith("vitrine-") and f.endswith(".png") for f in os.listdir(".")))
    use_size(w)
    recorded = w.end()
    # The CD was dropped while the demo ran: its own media come back by the log.
    replay = subprocess.run([*vitrine, "demo", "--replay", w.log, "--hash"], capture_output=True, text=True, timeout=300)
    check(replay.stdout == recorded, f"the session replays to the same hash: {recorded} {replay.stdout} {replay.stderr}")


def read_png(name):
    """Rows of (r, g, b), of the kind that Vitrine writes: 8 bits, RGB, no filter."""
    with open(name, "rb") as f:
        data = f.read()
    at, packed = 8, b""
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + n]
        at += n + 12
    raw, stride = zlib.decompress(packed), width * 3 + 1
    assert (depth, colour) == (8, 2) and not any(raw[y * stride] for y in range(height))
    return [[tuple(raw[y * stride + 1 + x * 3:y * stride + 4 + x * 3]) for x in range(width)] for y in range(height)]


def alike(w, want):
    """The part of the points that have the picture's colour, where scaling leaves it as it is."""
    w.place()
    rows, good, all_points = pixels(), 0, 0
    for y in range(4, len(want), 7):
        for x_at in range(4, len(want[0]), 7):
            p = pixel(w.x + (2 * x_at + 1) * w.w // (2 * len(want[0])), w.y + (2 * y + 1) * w.h // (2 * len(want)), rows)
            good += all(abs((p >> 16 - 8 * i & 255) - want[y][x_at][i]) < 5 for i in range(3))
            all_points += 1
    return good / all_points


def windows_session():
    with open("shot.txt", "w") as f:
        f.write('wait screen "VITRINE DEMO READY" 60s\nsleep 1s\nscreenshot shot.png\n')
    subprocess.run([reference, "demo", "--headless", "--script", "shot.txt"], check=True, timeout=60)
    w = Window("--drop", "disc.iso")
    steady(w)
    wait("the bar hides", lambda: not w.bar())
    wait("the demo is in the window", lambda: alike(w, read_png("shot.png")) > 0.9)
    print(f"        {alike(w, read_png('shot.png')) * 100:.1f} % of the points are as this host's build draws them")
    picture("windows")
    key("3")
    wait("a key reaches the guest", lambda: codes(w.logged()) == [4])
    wait("which shows another picture", lambda: alike(w, read_png("shot.png")) < 0.5)
    picture("windows2")
    key("Escape")
    wait("and the first again", lambda: alike(w, read_png("shot.png")) > 0.9)
    key("Control_R")
    wait("the host key opens the menu", w.menu_open)
    picture("windows3")
    key("Escape")
    wait("Escape closes it", lambda: not w.menu_open())
    use_capture(w)
    host("F5")
    wait("quick save", lambda: os.path.exists("demo.quick.snap") and " save " in w.logged())
    use_media(w)
    host("F9")
    wait("quick load", lambda: " load " in w.logged())
    host("s")
    wait("a screenshot", lambda: any(f.startswith("vitrine-") and f.endswith(".png") for f in os.listdir(".")))
    key("Control_R", "Up", "Return", "Up", "Return")      # the menu's last row, and that of its question
    try:
        recorded, err = w.p.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        w.p.kill()
        recorded, err = w.p.communicate()
    check(w.p.returncode == 0, f"the menu's last row quits: {w.p.returncode} {err.strip()[-200:]}")
    with open(w.log) as f:
        log = f.read().replace("Z:", "").replace("\\", "/")
    with open("here.log", "w") as f:
        f.write(log)
    replay = subprocess.run([reference, "demo", "--replay", "here.log", "--hash"], capture_output=True, text=True, timeout=300)
    check(replay.stdout == recorded and "hash" in recorded, f"this host's build replays the session to the same hash: {recorded} "
          f"{replay.stdout} {replay.stderr}")


def remembered():
    check("width 800\nheight 600\n" in open(conf).read(), "the size is remembered")
    w = Window("--drop", "text.txt")
    check(w.place() == (800, 600), f"the window has it again: {w.w}x{w.h}")
    note = (400, 600 - 8 - 20)
    wait("a file that is no medium is told", lambda: w.at(*note) == w.at(note[0] + 1, note[1]) == 0x3b4330 or
         w.at(*note) >> 16 in range(0x38, 0x48))
    picture("refused")
    w.end()
    check(" insert " not in w.logged(), "and not inserted")


def absolute():
    """A boot sector that asks for absolute positions and halts."""
    ask = bytes.fromhex("66b929000000 66b868584d56 ba5856 66ed")
    code = b"\xfb" + b"".join(b"\x66\xbb" + struct.pack("<I", v) + ask for v in (0x45414552, 0x53424152)) + b"\xf4\xeb\xfd"
    with open("abs.img", "wb") as f:
        f.write(code.ljust(510, b"\0") + b"\x55\xaa" + b"\0" * (1474560 - 512))
    w = Window("--fda", "abs.img")
    x("windowmove", w.id, 40, 40)
    time.sleep(0.3)
    w.place()

    def moved():
        w.move(399 + int(time.time() * 10) % 2, 300)
        return " mouse-at 0 163" in w.logged()
    wait("an absolute guest is told the place of the pointer", moved, 30)
    w.click(200, 150)
    wait("and has clicks", lambda: " mouse-at 1 " in w.logged())
    check("Right Ctrl" not in w.title(), "without capture")
    wait("the bar hides", lambda: not w.bar())
    w.click(200, 10)
    check(not w.bar() and re.search(r" mouse-at 1 \d+ [3-7]\d\d ", w.logged()), "also near the top, which is the guest's")
    w.move(200, 1)
    wait("at the very top comes the bar", w.bar)
    key("Control_R")
    wait("the host key opens its menu at once", w.menu_open)
    w.end()


def hostile():
    for name, data in (("noise", os.urandom(5000)), ("nonsense", b"width -5\nheight 99999999999\nscaling\nhost-key x\nfolder \n\0"),
                       ("long", b"width " + b"9" * 60000)):
        with open(conf, "wb") as f:
            f.write(data)
        r = subprocess.run([*vitrine, "demo", "--max-seconds", "1"], capture_output=True, text=True, timeout=30)
        check(r.returncode == 3, f"a file of preferences with {name}: {r.returncode}")
    os.remove(conf)
    os.mkdir(conf)
    r = subprocess.run([*vitrine, "demo", "--max-seconds", "1"], capture_output=True, text=True, timeout=30)
    check(r.returncode == 3, f"a folder in its place: {r.returncode}")


with open("disc.iso", "wb") as f:
    f.write(b"\0" * 32768 + b"\1CD001\1" + b"\0" * 70000)
with open("floppy.img", "wb") as f:
    f.write(b"\0" * 1474560)
with open("text.txt", "w") as f:
    f.write("no medium\n" * 40)
screen = start_screen()
try:
    if windows:
        windows_session()
    else:
        session()
        remembered()
        absolute()
        hostile()
finally:
    screen.terminate()
    screen.wait()
    shutil.rmtree(work, ignore_errors=True)
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
