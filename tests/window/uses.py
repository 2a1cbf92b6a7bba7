# SPDX-License-Identifier: BSD-2-Clause
"""What is done with a window that shows the demo, on any host. Each leaves it as it was: no menu, no capture."""
import os, time

from screen import check, host, key, x


def steady(w):
    """Until the demo's logo stands there; its floppy takes pauses. Returns how it looks."""
    last, same, end = None, 0, time.time() + 4 * w.patience
    while same < 15 and time.time() < end:
        now = w.region(100, 40, 860, 220)
        same = same + 1 if now == last else 0
        last = now
        time.sleep(0.2)
    return last


def use_growth(w):
    """A mode of 1024x768, for which there is no room on the screen where the window is."""
    old = w.place()
    key("4")
    w.wait("a key reaches the guest", lambda: w.codes() == [5])
    w.wait("the window grows with the guest's picture, and stays on the screen",
           lambda: w.place() == (1024, 768) and w.on_screen())
    w.picture("grown")
    key("Escape")
    w.wait("and is again as it was", lambda: w.place() == old)


def hold(w, **modifiers):
    """Until the guest has them: where SDL takes them past Windows' queue, they overtake what is pressed at once."""
    before = len(w.codes())
    for name in modifiers:
        x("keydown", name)
    w.wait("the guest has " + " and ".join(modifiers), lambda: set(modifiers.values()) <= set(w.codes()[before:]))


def use_menus(w):
    logo, before = steady(w), len(w.codes())
    w.wait("the bar hides", w.bar_hidden)
    key("HOST")
    w.wait("the host key opens the menu", w.menu_open)
    w.picture("menu")
    key("1")
    key("Escape")
    w.wait("Escape closes it", lambda: not w.menu_open())
    w.wait("the picture is as before", lambda: w.region(100, 40, 860, 220) == logo)
    check(w.codes()[before:] == [], "keys of the menu do not reach the guest")
    x("key", "Control_R")                         # xdotool presses the left one just before
    w.wait("the left Ctrl key does, with the host key too", lambda: w.codes()[before:] == [0x1d])
    w.wait("which opens the menu", w.menu_open)
    key("Escape")
    w.wait("Escape closes it", lambda: not w.menu_open())
    w.move(300, 4)
    x("keydown", "a")
    w.click(20, 10)
    w.wait("the bar's button opens the menu", w.menu_open)
    x("keyup", "a")
    w.wait("what was held down is let go", lambda: " key 30 0 0 0\n" in w.logged())
    w.click(60, 22 + 2 + 24 + 10)
    w.wait("the first row pauses", lambda: "paused" in w.title())
    w.click(20, 10)
    w.wait("the menu is there again", w.menu_open)
    w.click(60, 22 + 2 + 24 + 10)
    w.wait("and goes on", lambda: "paused" not in w.title())
    w.click(20, 10)
    w.wait("the menu is there again", w.menu_open)
    w.click(700, 500)
    w.wait("a click beside the menu closes it", lambda: not w.menu_open())
    check("release" not in w.title(), "and is not for the guest")
    key("HOST", "Down", "Down", "Return", "Return")
    w.wait("Ctrl+Alt+Del from the menu", lambda: w.codes()[-3:] == [0x1d, 0x38, 0x153])


def use_capture(w):
    w.click(480, 400)
    w.wait("a click captures the mouse, and the title tells how to leave", lambda: "Right Ctrl" in w.title())
    w.picture("captured")
    x("mousemove_relative", "--", 30, 20)
    w.wait("motion reaches the guest", lambda: " mouse " in w.logged())
    key("HOST")
    w.wait("the host key releases it", lambda: "Right Ctrl" not in w.title())
    check(not w.menu_open(), "and opens no menu yet")
    w.click(480, 400)
    w.wait("it is captured again", lambda: "Right Ctrl" in w.title())
    hold(w, ctrl=0x1d, alt=0x38)
    x("key", "g")
    w.wait("Ctrl+Alt+G releases it too", lambda: "Right Ctrl" not in w.title())
    x("keyup", "alt", "keyup", "ctrl")

    def nothing_held():
        keys = [f for f in (line.split() for line in w.logged().split("\n")) if len(f) > 4 and f[2] == "key"]
        return "1" not in {f[3]: f[4] for f in keys}.values()
    w.wait("nothing stays pressed", nothing_held)


def use_locks(w):
    """Caps Lock while another window has the keyboard."""
    root = x("search", "--maxdepth", "0", ".*").split("\n")[0]
    for want in ([0x3a, 0x1e], [0x3a, 0x1e], [0x1e]):
        before = len(w.codes())
        x("windowfocus", root)
        time.sleep(0.3)
        if len(want) > 1:
            key("Caps_Lock")
        x("windowfocus", w.id)
        time.sleep(0.3)
        key("a")
        w.wait("the guest's Caps Lock follows the host's", lambda: w.codes()[before:] == want)


def use_reset(w):
    host("r")
    w.wait("a reset is asked about", w.menu_open)
    key("Return")
    w.wait("and the first answer is no", lambda: not w.menu_open() and " reset\n" not in w.logged())
    w.sure("r")
    w.wait("reset", lambda: " reset\n" in w.logged())


def use_media(w, cd):
    """cd: what was dropped, as the log has it."""
    w.wait("a dropped CD image is inserted", lambda: " insert cdrom " in w.logged() and cd + "\n" in w.logged())
    key("HOST", *["Down"] * 6, "Return", "Return")
    w.wait("the menu lists files", w.menu_open)
    w.picture("files")
    key("f", "l")
    w.picture("files2")
    key("Return")
    w.wait("a floppy chosen from the list", lambda: any(" insert fda " in line and line.endswith("floppy.img")
                                                        for line in w.logged().split("\n")))
    w.picture("inserted")
    key("HOST", *["Down"] * 6, "Return", "Down", "Return")
    w.wait("ejected", lambda: " eject fda\n" in w.logged())


def use_snapshot(w):
    host("F5")
    w.wait("quick save", lambda: os.path.exists("demo.quick.snap") and " save " in w.logged())
    host("F9")
    w.wait("quick load", lambda: " load " in w.logged())


def use_screenshot(w):
    """The name of the file."""
    def files():
        return [f for f in os.listdir(".") if f.startswith("vitrine-") and f.endswith(".png")]
    before = files()
    host("s")
    w.wait("a screenshot", lambda: len(files()) > len(before))
    return (set(files()) - set(before)).pop()


def use_size(w, screen, there=lambda: True):
    """there: is the picture in its place?"""
    old = w.place()
    host("f")
    w.wait("full screen", lambda: w.place() == screen and there())
    w.picture("fullscreen")
    time.sleep(1.2)                               # what follows is the user's doing again
    host("f")
    w.wait("and back", lambda: w.place() == old and there())
