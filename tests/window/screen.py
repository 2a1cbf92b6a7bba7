# SPDX-License-Identifier: BSD-2-Clause
"""A virtual screen and what is done on it: keys and mouse by xdotool, pixels, X's wish that a window close.

Nothing here waits for ever: each wait has its end, and limit() bounds all of them together. What fails is printed as
FAILED and counted; a wait that fails ends the session, as what follows would wait in vain.
"""
import hashlib, os, shutil, signal, socket, struct, subprocess, tempfile, time, zlib

WIDE, HIGH = 1152, 864
work = os.path.realpath(tempfile.mkdtemp())
failures, children = [], []


class Ended(Exception):
    """The session cannot go on; why has been said."""


def check(ok, what):
    print(("ok      " if ok else "FAILED  ") + what, flush=True)
    if not ok:
        failures.append(what)
    return ok


def limit(seconds):
    """All is to be done by then: after it, whatever it is that waits is left, and soon after that the test itself."""
    def too_late(number, frame):
        for p in children:
            p.kill()
        os._exit(1)

    def late(number, frame):
        signal.signal(signal.SIGALRM, too_late)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.alarm(90)
        check(False, f"done within {seconds} s" if number == signal.SIGALRM else "not told to end")
        raise Ended
    signal.signal(signal.SIGALRM, late)
    signal.signal(signal.SIGTERM, late)
    signal.alarm(seconds)


def end_process(p):
    if p.poll() is None:
        p.kill()
    p.wait(timeout=20)


# ---- the screen ----

def start_screen():
    """It stays as it is when its last client goes: else it starts anew then, and who comes just then finds none."""
    r, w = os.pipe()
    x_server = subprocess.Popen(["Xvfb", "-displayfd", str(w), "-screen", "0", f"{WIDE}x{HIGH}x24", "-fbdir", work, "-noreset",
                                 "-nolisten", "tcp"], pass_fds=[w], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(w)
    children.append(x_server)
    number = os.read(r, 16).decode().strip()
    if not check(number.isdigit(), f"Xvfb has a display: {number}"):
        end_process(x_server)
        raise Ended
    os.environ["DISPLAY"] = ":" + number
    return x_server


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


def write_png(name):
    """The screen."""
    rows = bytearray()
    for row in pixels():
        line = bytearray(WIDE * 3)
        line[0::3], line[1::3], line[2::3] = row[2::4], row[1::4], row[0::4]
        rows += b"\0" + line
    with open(name, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in ((b"IHDR", struct.pack(">IIBBBBB", WIDE, HIGH, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)),
                           (b"IEND", b"")):
            f.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


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


# ---- keys, mouse, windows ----

def x(*args):
    try:
        return subprocess.run(["xdotool", *map(str, args)], capture_output=True, text=True, timeout=20).stdout.strip()
    except subprocess.TimeoutExpired:
        check(False, f"xdotool ends: {args}")
        raise Ended from None


class Client:
    """Of the X server, in its protocol's own words, for what xdotool does not do."""
    def __enter__(self):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(20)
        self.s.connect("/tmp/.X11-unix/X" + os.environ["DISPLAY"][1:])
        self.s.sendall(struct.pack("<BBHHHHH", ord("l"), 0, 11, 0, 0, 0, 0))
        self.take(struct.unpack("<H", self.take(8)[6:8])[0] * 4)
        return self

    def __exit__(self, *why):
        self.s.close()

    def take(self, n):
        data = b""
        while len(data) < n:
            more = self.s.recv(n - len(data))
            if not more:
                raise OSError("the X server has gone")
            data += more
        return data

    def ask(self, request):
        """Gives the answer."""
        self.s.sendall(request)
        head = self.take(32)
        return head + self.take(struct.unpack("<I", head[4:8])[0] * 4)

    def atom(self, name):
        words = (len(name) + 3) // 4
        return struct.unpack("<I", self.ask(struct.pack("<BBHHH", 16, 0, 2 + words, len(name), 0) + name.ljust(words * 4, b"\0"))[8:12])[0]


def ask_to_close(window):
    """What a window manager does when its close button is pressed."""
    with Client() as c:
        protocols, wish = c.atom(b"WM_PROTOCOLS"), c.atom(b"WM_DELETE_WINDOW")
        c.s.sendall(struct.pack("<BBHII", 25, 0, 11, int(window), 0) +
                    struct.pack("<BBHII5I", 33, 32, 0, int(window), protocols, wish, 0, 0, 0, 0))
        c.atom(b"WM_PROTOCOLS")                   # the answer comes after what was sent before


def host_key():
    """The right Ctrl key by its number: by its name xdotool presses the left one as well."""
    with Client() as c:
        answer = c.ask(struct.pack("<BBHBBH", 101, 0, 2, 8, 248, 0))
    symbols = struct.unpack(f"<{len(answer) // 4 - 8}I", answer[32:])
    return str(8 + symbols.index(0xffe4) // answer[1])


def key(*names):
    """HOST is the host key."""
    for name in names:
        x("key", host_key() if name == "HOST" else name)
        time.sleep(0.12)


def host(name):
    k = host_key()
    x("keydown", k, "key", name, "keyup", k)
    time.sleep(0.3)


class Window:
    """A program and its window. command: its words before the options. patience: seconds that each wait may take."""
    def __init__(self, command, *args, patience=30, keep=None):
        self.log, self.out, self.err = (tempfile.mktemp(dir=work, suffix=s) for s in (".log", ".out", ".err"))
        self.patience, self.keep, self.id = patience, keep, ""
        what = ["run"] if "--fda" in args else ["demo"]
        # Into files: a pipe ends with the last process that has it, and wine's own have it too.
        with open(self.out, "w") as out, open(self.err, "w") as err:
            self.p = subprocess.Popen([*command, *what, "--record", self.log, "--hash", *args], stdin=subprocess.DEVNULL,
                                      stdout=out, stderr=err)
        children.append(self.p)
        self.wait("the window is there", self.find)
        x("windowfocus", self.id)
        time.sleep(0.3)
        self.place()

    def __enter__(self):
        return self

    def __exit__(self, *why):
        end_process(self.p)

    def find(self):
        self.id = x("search", "--onlyvisible", "--name", "^Vitrine").split("\n")[0]
        return self.id

    def wait(self, what, test):
        end = time.time() + self.patience
        while True:
            gone = self.p.poll() is not None      # before the look, which may be at what it did last
            if test():
                check(True, what)
                return
            if gone or time.time() > end:
                break
            time.sleep(0.1)
        check(False, f"{what}: the program " + (f"has ended with status {self.p.returncode}" if gone else "runs") +
              f" {self.errors()[-300:]}")
        self.picture("failed")
        end_process(self.p)
        raise Ended

    def ended(self, what):
        """It was told to. Gives what it printed."""
        try:
            self.p.wait(timeout=self.patience)
        except subprocess.TimeoutExpired:
            self.picture("failed")
            end_process(self.p)
        check(self.p.returncode == 0, f"{what} with status 0: {self.p.returncode} {self.errors()[-300:]}")
        with open(self.out) as f:
            return f.read()

    def sure(self, name):
        """With the host key, and again if the window asks whether it is meant."""
        host(name)
        time.sleep(0.5)
        if self.p.poll() is None and self.menu_open():
            host(name)

    def quit(self):
        self.sure("q")
        return self.ended("quits")

    def place(self):
        g = dict(line.split("=") for line in x("getwindowgeometry", "--shell", self.id).split("\n") if "=" in line)
        self.x, self.y, self.w, self.h = (int(g.get(k, 0)) for k in ("X", "Y", "WIDTH", "HEIGHT"))
        return self.w, self.h

    def on_screen(self):
        return min(self.x, self.y) >= 0 and self.x + self.w <= WIDE and self.y + self.h <= HIGH

    def moved(self, px, py, w, h):
        x("windowmove", self.id, px, py, "windowsize", self.id, w, h)
        self.wait(f"the window is moved, and {w}x{h}", lambda: self.place() == (w, h) and (self.x, self.y) == (px, py))
        time.sleep(0.5)

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
        self.place()
        px, py = self.x + px, self.y + py
        return pixel(px, py) if 0 <= px < WIDE and 0 <= py < HIGH else -1

    def region(self, x0, y0, x1, y1):
        self.place()
        return region(max(self.x + x0, 0), max(self.y + y0, 0), self.x + x1, self.y + y1)

    def menu_open(self):
        return self.at(1, 10) == 0x2f6fb0          # the bar's button is lit

    def bar_hidden(self):
        """Its ground is a colour through which a little of the picture is seen."""
        return any(abs((self.at(200, 20) >> shift & 255) - want) >= 10 for shift, want in ((16, 0x18), (8, 0x1c), (0, 0x20)))

    def logged(self):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, encoding="utf-8") as f:
            return f.read()

    def errors(self):
        """What it complained of, without what sound libraries and wine say."""
        with open(self.err, errors="replace") as f:
            return " ".join(line.strip() for line in f if line.startswith("vitrine"))

    def codes(self):
        """Scan codes of the keys that went down, in order."""
        fields = (line.split() for line in self.logged().split("\n"))
        return [int(f[3]) for f in fields if len(f) > 4 and f[2] == "key" and f[4] == "1"]

    def picture(self, name):
        if self.keep:
            write_png(f"{self.keep}/{name}.png")


def clean():
    shutil.rmtree(work, ignore_errors=True)
