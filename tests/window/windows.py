# SPDX-License-Identifier: BSD-2-Clause
"""The program for Windows in its window, under wine, whose files WINEPREFIX names; all programs that run there are ended, and
Vitrine's preferences removed.

wine's desktop belongs to the first program that asked for it and keeps that one's display, or its lack of one, for as long as
anything runs: so it is ended before there is a screen, and nothing is run before there is one.
"""
import os, shutil, subprocess, time

from screen import HIGH, WIDE, Window, ask_to_close, check, key, pixel, pixels, read_png, work, x
from uses import hold, steady, use_capture, use_growth, use_media, use_screenshot, use_size, use_snapshot

CD = "Stra\u00dfe \u2603.iso"                     # a name with a space, and letters of no code page
quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)


def start():
    """Before the screen."""
    os.environ.setdefault("WINEPREFIX", work + "/wine")
    os.environ.update(WINEDEBUG="-all", PULSE_SERVER="none", LC_ALL="C.UTF-8",
                      WINEDLLOVERRIDES="winedbg.exe,mscoree,mshtml=")     # they would ask, and wait for an answer
    os.environ.pop("SDL_VIDEODRIVER", None)
    stop()


def stop():
    """Ends what wine has left running, and waits for it."""
    for how in ("-k", "-w"):
        try:
            subprocess.run(["wineserver", how], **quiet, timeout=30)
        except subprocess.TimeoutExpired:
            check(False, "wine ends")


def forget(program):
    """The preferences. Makes the prefix where there is none."""
    subprocess.run([*program, "--version"], check=True, **quiet, timeout=120)
    users = os.environ["WINEPREFIX"] + "/drive_c/users/"
    for user in os.listdir(users):
        conf = users + user + "/AppData/Roaming/vitrine/window.conf"
        if os.path.exists(conf):
            os.remove(conf)


def part(got, want):
    """The part of the points that have the picture's colour. got: of a place in it, from 0 to 1, the colour."""
    good, all_points = 0, 0
    for y in range(4, len(want), 7):
        for x_at in range(4, len(want[0]), 7):
            p = got((x_at + 0.5) / len(want[0]), (y + 0.5) / len(want))
            good += all(abs(p[i] - want[y][x_at][i]) < 5 for i in range(3))
            all_points += 1
    return good / all_points


def alike(w, want):
    """How much of the window is the picture, where scaling leaves it as it is. In the window it is 4:3."""
    w.place()
    rows = pixels()
    wide = min(w.w, w.h * 4 // 3)
    high = min(w.h, w.w * 3 // 4)
    x0, y0 = w.x + (w.w - wide) // 2, w.y + (w.h - high) // 2

    def got(px, py):
        at_x, at_y = x0 + int(px * wide), y0 + int(py * high)
        if not (0 <= at_x < WIDE and 0 <= at_y < HIGH):
            return -9, -9, -9
        p = pixel(at_x, at_y, rows)
        return p >> 16, p >> 8 & 255, p & 255
    return part(got, want)


def use_demo(w, shot):
    steady(w)
    w.wait("the bar hides", w.bar_hidden)
    w.wait("the demo is in the window", lambda: alike(w, shot) > 0.95)
    print(f"        {alike(w, shot) * 100:.1f} % of the points are as this host's build draws them")
    w.picture("windows")
    use_growth(w)
    w.wait("the demo is there again", lambda: alike(w, shot) > 0.9)      # another row is lit
    png = read_png(use_screenshot(w))
    same = part(lambda px, py: png[int(py * len(png))][int(px * len(png[0]))], shot) if len(png) == len(shot) else 0
    check(same > 0.9, f"the screenshot is the demo: {same * 100:.1f} % of the points")
    key("HOST")
    w.wait("the host key opens the menu", w.menu_open)
    w.picture("windows3")
    key("Escape")
    w.wait("Escape closes it", lambda: not w.menu_open())
    check(w.codes() == [5, 1], f"keys of the menu do not reach the guest: {w.codes()}")


def use_alt_f4(w):
    """It is the guest's while the guest has the mouse; else it closes the window."""
    w.click(480, 400)
    w.wait("the guest has the mouse", lambda: "Right Ctrl" in w.title())
    hold(w, alt=0x38)
    x("key", "F4")
    w.wait("Alt+F4 is then for the guest", lambda: w.codes()[-1] == 0x3e)
    x("keyup", "alt")
    time.sleep(1)
    check(w.p.poll() is None, "which does not end the program")
    key("HOST")
    w.wait("the host key releases the mouse", lambda: "Right Ctrl" not in w.title())


def replays(w, recorded, reference):
    """The session, by this host's build: names of files are as Windows has them."""
    with open("here.log", "w", encoding="utf-8") as f:
        f.write(w.logged().replace("Z:", "").replace("\\", "/"))
    replay = subprocess.run([reference, "demo", "--replay", "here.log", "--hash"], capture_output=True, text=True, timeout=120)
    check(replay.stdout == recorded and "hash" in recorded, f"this host's build replays the session to the same hash: {recorded} "
          f"{replay.stdout} {replay.stderr}")


def session(program, reference, keep):
    forget(program)
    with open("shot.txt", "w") as f:
        f.write('wait screen "VITRINE DEMO READY" 60s\nsleep 1s\nscreenshot shot.png\n')
    subprocess.run([reference, "demo", "--headless", "--script", "shot.txt"], check=True, timeout=60)
    shutil.copy("disc.iso", CD)
    with Window(program, "--drop", CD, patience=60, keep=keep) as w:
        shot = read_png("shot.png")
        use_demo(w, shot)
        use_capture(w)
        use_alt_f4(w)
        use_snapshot(w)
        use_media(w, CD.replace(" ", "%20"))
        use_size(w, (WIDE, HIGH), lambda: alike(w, shot) > 0.8)     # there is a message over it
        key("HOST", "Up", "Return", "Up", "Return")      # the menu's last row, and that of its question
        recorded = w.ended("the menu's last row quits")
        replays(w, recorded, reference)


def closings(program, keep):
    """By the window's button; and from its start with the whole screen."""
    with Window(program, patience=60, keep=keep) as w:
        ask_to_close(w.id)
        w.ended("the window's close button quits")
    with Window(program, "--fullscreen", patience=60, keep=keep) as w:
        w.wait("--fullscreen takes the whole screen", lambda: w.place() == (WIDE, HIGH))
        x("keydown", "alt", "key", "F4", "keyup", "alt")
        w.ended("Alt+F4 quits")
