#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The window, used by keyboard and mouse on a virtual screen: window.py VITRINE [KEEP [REFERENCE]]

Needs Xvfb and xdotool, else it is skipped (77); with xclip, pasting is tried too. What reached the machine is read from
its input log; what is to be seen, from the screen's pixels, in a few places. KEEP is a folder for pictures, one of a failure
too.

A VITRINE for Windows, .exe, is run by wine: its session is shorter, see windows.py, and REFERENCE, this host's build, draws the
same picture and replays the session to the same hash.
"""
import os, re, shutil, struct, subprocess, sys, time

import windows
from screen import (HIGH, WIDE, Ended, Window, ask_to_close, check, clean, end_process, failures, host, key, limit,
                    start_screen, work, x)
from uses import (steady, use_capture, use_growth, use_locks, use_media, use_menus, use_reset, use_screenshot, use_size,
                  use_snapshot)

program, keep, reference = (name and os.path.abspath(name) for name in (sys.argv[1:] + [None, None])[:3])
vitrine = [program]
for_windows = program.endswith(".exe")
conf = work + "/data/vitrine/window.conf"


def prepare():
    if for_windows:
        vitrine.insert(0, "wine")
        if not reference:
            sys.exit("the program for Windows needs a REFERENCE")
    for tool in ("Xvfb", "xdotool", *(["wine", "wineserver"] if for_windows else [])):
        if not shutil.which(tool):
            print(f"skipped: {tool} is not installed")
            sys.exit(77)
    if keep:
        os.makedirs(keep, exist_ok=True)
    os.chdir(work)
    os.environ["XDG_DATA_HOME"] = work + "/data"
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"     # what video drivers keep is not ours to free
    for other in ("DISPLAY", "WAYLAND_DISPLAY"):
        os.environ.pop(other, None)
    with open("disc.iso", "wb") as f:
        f.write(b"\0" * 32768 + b"\1CD001\1" + b"\0" * 70000)
    with open("floppy.img", "wb") as f:
        f.write(b"\0" * 1474560)
    with open("text.txt", "w") as f:
        f.write("no medium\n" * 40)


def use_paste(w):
    if not shutil.which("xclip"):
        print("skipped: pasting, as xclip is not installed")
        return
    clip = subprocess.Popen(["xclip", "-quiet", "-selection", "clipboard"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, text=True)
    try:
        clip.stdin.write("zY@\u20ac\u263a#")
        clip.stdin.close()
        before = len(w.codes())
        for attempt in range(5):                  # the owner of the clipboard may be slow to answer
            host("v")
            time.sleep(1.5)
            if len(w.codes()) > before:
                break
        want = [0x15, 0x2a, 0x2c, 0x138, 0x10, 0x138, 0x12, 0x2b]
        w.wait("pasted text is typed on the guest's German keyboard", lambda: w.codes()[before:] == want)
        w.picture("pasted")
        host("c")
        time.sleep(1)
        text = subprocess.run(["xclip", "-selection", "clipboard", "-o"], capture_output=True, text=True, timeout=20).stdout
        check("VITRINE DEMO READY" in text, f"the screen's text is in the clipboard: {text[:80]!r}")
    finally:
        end_process(clip)


def session():
    with Window(vitrine, "--drop", "disc.iso", "--keymap", "de", keep=keep) as w:
        check(w.place() == (720, 540), f"the first window is good for this screen: {w.w}x{w.h}")
        steady(w)
        use_growth(w)
        w.moved(40, 40, 960, 720)
        use_menus(w)
        use_capture(w)
        use_locks(w)
        use_media(w, "disc.iso")
        use_paste(w)
        use_snapshot(w)
        key("HOST", "Up", "Up", "Up", "Up", "Up", "Up", "Return", "Down", "Down", "Down", "Return")
        w.wait("a fixed speed from the menu", lambda: " rate 5000000\n" in w.logged())
        use_reset(w)
        host("b")
        w.wait("the power button", lambda: " power\n" in w.logged())
        use_screenshot(w)
        w.moved(40, 40, 800, 600)
        use_size(w, (WIDE, HIGH))
        recorded = w.quit()
        # The CD was dropped while the demo ran: its own media come back by the log.
        replay = subprocess.run([*vitrine, "demo", "--replay", w.log, "--hash"], capture_output=True, text=True, timeout=200)
        check(replay.stdout == recorded, f"the session replays to the same hash: {recorded} {replay.stdout} {replay.stderr}")


def remembered():
    check("width 800\nheight 600\n" in open(conf).read(), "the size is remembered")
    with Window(vitrine, "--drop", "text.txt", keep=keep) as w:
        check(w.place() == (800, 600), f"the window has it again: {w.w}x{w.h}")
        note = (400, 600 - 8 - 20)
        w.wait("a file that is no medium is told", lambda: w.at(*note) == w.at(note[0] + 1, note[1]) == 0x3b4330 or
               w.at(*note) >> 16 in range(0x38, 0x48))
        w.picture("refused")
        ask_to_close(w.id)
        w.ended("the window's close button quits")
        check(" insert " not in w.logged(), "and not inserted")


def absolute():
    """A boot sector that asks for absolute positions and halts."""
    ask = bytes.fromhex("66b929000000 66b868584d56 ba5856 66ed")
    code = b"\xfb" + b"".join(b"\x66\xbb" + struct.pack("<I", v) + ask for v in (0x45414552, 0x53424152)) + b"\xf4\xeb\xfd"
    with open("abs.img", "wb") as f:
        f.write(code.ljust(510, b"\0") + b"\x55\xaa" + b"\0" * (1474560 - 512))
    with Window(vitrine, "--fda", "abs.img", keep=keep) as w:
        w.moved(40, 40, 800, 600)

        def moved():
            w.move(399 + int(time.time() * 10) % 2, 300)
            return " mouse-at 0 163" in w.logged()
        w.wait("an absolute guest is told the place of the pointer", moved)
        w.click(200, 150)
        w.wait("and has clicks", lambda: " mouse-at 1 " in w.logged())
        check("Right Ctrl" not in w.title(), "without capture")
        w.wait("the bar hides", w.bar_hidden)
        w.click(200, 10)
        check(w.bar_hidden() and re.search(r" mouse-at 1 \d+ [3-7]\d\d ", w.logged()), "also near the top, which is the guest's")
        w.move(200, 1)
        w.wait("at the very top comes the bar", lambda: not w.bar_hidden())
        key("HOST")
        w.wait("the host key opens its menu at once", w.menu_open)
        w.quit()


def hostile():
    for name, data in (("noise", os.urandom(5000)), ("nonsense", b"width -5\nheight 99999999999\nscaling\nhost-key x\nfolder \n\0"),
                       ("long", b"width " + b"9" * 60000), ("folder", None)):
        if data is None:
            os.remove(conf)
            os.mkdir(conf)
        else:
            with open(conf, "wb") as f:
                f.write(data)
        r = subprocess.run([*vitrine, "demo", "--max-seconds", "1"], capture_output=True, text=True, timeout=60)
        check(r.returncode == 3, f"a file of preferences with {name}: {r.returncode}")


def main():
    screen = None
    try:
        prepare()
        limit(300 if for_windows else 500)
        if for_windows:
            windows.start()
        screen = start_screen()
        if for_windows:
            windows.session(vitrine, reference, keep)
            windows.closings(vitrine, keep)
        else:
            os.environ["SDL_VIDEODRIVER"] = "x11"
            session()
            remembered()
            absolute()
            hostile()
    except Ended:
        pass
    except (OSError, subprocess.SubprocessError) as e:
        check(False, f"{type(e).__name__}: {e}")
    finally:
        if for_windows and screen:
            windows.stop()
        if screen:
            end_process(screen)
        clean()
    print(f"{len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
