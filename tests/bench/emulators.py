# SPDX-License-Identifier: BSD-2-Clause
"""The emulators that are compared, and how each is started on the same machine, without a window or with one: 256 MB
of memory, one processor, the guest's CD or floppy, COM1 to us."""
import contextlib
import hashlib
import os
import shutil
import subprocess

MEMORY = 256


@contextlib.contextmanager
def virtual_screen(folder):
    """Xvfb; the environment for what shall have its window there, and keep its settings in the folder."""
    r, w = os.pipe()
    screen = subprocess.Popen(["Xvfb", "-displayfd", str(w), "-screen", "0", "1152x864x24",
                               "-nolisten", "tcp"], pass_fds=[w], stderr=subprocess.DEVNULL)
    os.close(w)
    try:
        yield dict(os.environ, SDL_VIDEODRIVER="x11", XDG_DATA_HOME=folder,
                   DISPLAY=":" + os.read(r, 16).decode().strip())
    finally:
        screen.terminate()
        screen.wait()
        os.close(r)


def _first_line(command, having):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    for line in done.stdout.decode("latin-1").splitlines():
        if having in line:
            return " ".join(line.split())
    return "unknown version"


def _fingerprint(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()[:12]


class Vitrine:
    name, fifo = "vitrine", False

    def __init__(self, path):
        self.path = path
        self.missing = None if path and os.access(path, os.X_OK) else "not built"

    def version(self):
        return "vitrine " + _fingerprint(self.path)

    def command(self, image, cwd, disk=None, window=False):
        iso = image.endswith(".iso")
        kind = ["--cdrom", image, "--boot", "d"] if iso else ["--fda", image, "--boot", "a"]
        kind += ["--hda", disk] if disk else ["--discard-writes"]
        kind += [] if window else ["--headless", "--clock", "fixed"]
        return [self.path, "run", "--memory", "%dM" % MEMORY, "--serial", "stdio"] + kind


class Qemu:
    name, fifo = "qemu", False

    def __init__(self):
        self.path = shutil.which("qemu-system-x86_64") or shutil.which("qemu-system-i386")
        self.missing = None if self.path else "not installed"

    def version(self):
        return _first_line([self.path, "--version"], "version")

    def command(self, image, cwd, disk=None, window=False):
        floppy = "if=floppy,format=raw,snapshot=on,file=" + image.replace(",", ",,")
        kind = (["-cdrom", image, "-boot", "d"] if image.endswith(".iso") else
                ["-drive", floppy, "-boot", "a"])
        if disk:
            kind += ["-drive", "if=ide,index=0,format=raw,file=" + disk.replace(",", ",,")]
        return [self.path, "-accel", "tcg,thread=single", "-m", str(MEMORY),
                "-display", "sdl" if window else "none", "-serial", "stdio", "-monitor", "none", "-no-reboot", "-net", "none"] + kind


class Bochs:
    """The Debian package: built with its debugger, so it wants to be told to continue; no display
    without a window but that for a VNC viewer; its serial port cannot go to standard output."""
    name, fifo = "bochs", True
    bios = ["/usr/share/bochs/BIOS-bochs-latest"]
    vgabios = ["/usr/share/bochs/VGABIOS-lgpl-latest", "/usr/share/vgabios/vgabios.bin"]

    def __init__(self):
        self.path = shutil.which("bochs-bin") or shutil.which("bochs")
        self.roms = [next((p for p in names if os.path.exists(p)), None)
                     for names in (self.bios, self.vgabios)]
        self.missing = None if self.path and all(self.roms) else "not installed"

    def version(self):
        return _first_line([self.path, "--help", "cpu"], "Emulator") + " " + _fingerprint(self.path)

    def command(self, image, cwd, disk=None, window=False):
        iso = image.endswith(".iso")
        drive = "floppya: 1_44="
        if iso:
            drive = "ata%d-master: type=cdrom, path=" % (1 if disk else 0)
        with open(os.path.join(cwd, "bochsrc"), "w") as f:
            f.write("\n".join([
                "megs: %d" % MEMORY,
                "romimage: file=" + self.roms[0],
                "vgaromimage: file=" + self.roms[1],
                "display_library: x" if window else 'display_library: rfb, options="timeout=0"',
                "cpu: model=bx_generic, count=1, ips=100000000",
                "clock: sync=none, time0=1700000000",
                drive + image + ", status=inserted",
            ] + ([] if not disk else [
                "ata1: enabled=1",
                "ata0-master: type=disk, mode=flat, path=%s" % disk,
            ]) + [
                "boot: " + ("cdrom" if iso else "floppy"),
                "com1: enabled=1, mode=file, dev=" + os.path.join(cwd, "com1"),
                "sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy",
                "log: bochs.log", "panic: action=fatal", "error: action=ignore",
                "info: action=ignore", "debug: action=ignore", ""]))
        with open(os.path.join(cwd, "commands"), "w") as f:
            f.write("c\n")
        return [self.path, "-q", "-f", "bochsrc", "-rc", "commands"]
