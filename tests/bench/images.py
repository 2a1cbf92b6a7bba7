# SPDX-License-Identifier: BSD-2-Clause
"""Where the guests come from: a folder that is named, the cache of tests/guests/build, or a floppy
assembled here."""
import hashlib
import os
import shutil
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SECTOR = 2048
QUICK_TURNS, QUICK_CHECK = 10, "5529"     # what loops.asm computes with so many


def cache_folder():
    home = os.path.expanduser("~")
    return os.environ.get("VITRINE_CACHE") or os.path.join(home, ".cache", "vitrine")


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()[:16]


def shared_folder():
    beside = os.path.join(os.path.dirname(ROOT), "shared")
    return os.path.join(os.environ.get("VITRINE_SHARED") or beside, "guests")


def assembled(name, options):
    """The path of a floppy made of the source beside this, or None with a word on why."""
    if not shutil.which("nasm"):
        return None, "no nasm to assemble %s with" % name
    os.makedirs(cache_folder(), exist_ok=True)
    path = os.path.join(cache_folder(), name + ".img")
    new = "%s.%d" % (path, os.getpid())
    source = os.path.join(HERE, name.split("-")[0] + ".asm")
    if subprocess.run(["nasm", "-f", "bin", "-o", new] + options + [source]).returncode:
        return None, "nasm failed"
    os.replace(new, path)
    return path, ""


def disk_cd():
    """The path of i386-disk.iso, or None with a word on why."""
    path = os.path.join(cache_folder(), "i386-disk.iso")
    subprocess.run([os.path.join(ROOT, "tests", "guests", "build"), "disk"], stdout=sys.stderr)
    return (path, "") if os.path.exists(path) else (None, "no CD for the drives")


def numbered_disk(path, size):
    """A disk whose sectors are full of their own numbers."""
    with open(path, "wb") as f:
        for n in range(size // 512):
            f.write(struct.pack("<Q", n) * 64)


def linux_cd(folder):
    """The path of i386-bench.iso, or None with a word on why."""
    name = "i386-bench.iso"
    if folder:
        path = os.path.join(folder, name)
        return (path, "") if os.path.exists(path) else (None, "%s is not there" % path)
    path = os.path.join(cache_folder(), name)
    build = os.path.join(ROOT, "tests", "guests", "build")
    if not os.path.exists(path) and os.path.exists(build):
        subprocess.run([build, "bench"], stdout=sys.stderr)
    if not os.path.exists(path):
        script = os.path.join(shared_folder(), "build-guests.sh")
        out = os.path.join(cache_folder(), "shared")
        if os.path.exists(script):
            print("bench: building the Linux CD, see " + out + ".log", file=sys.stderr)
            os.makedirs(out, exist_ok=True)
            with open(out + ".log", "wb") as log:
                subprocess.run([script, out], stdout=log, stderr=log)
            path = os.path.join(out, name)
    if os.path.exists(path):
        return path, ""
    return None, "no Linux CD: tests/guests/build bench says why"


def boot_floppy(folder, quick):
    """The path of the floppy with the boot-sector loops. A quick one is always our own, with a
    hundredth of the turns."""
    if not quick:
        cache = cache_folder()
        for place in [folder] if folder else [cache, os.path.join(cache, "shared")]:
            path = os.path.join(place, "bootbench.img")
            if os.path.exists(path):
                return path, ""
    if not shutil.which("nasm"):
        return None, "no nasm to assemble the boot-sector loops with"
    os.makedirs(cache_folder(), exist_ok=True)
    path = os.path.join(cache_folder(), "loops%s.img" % ("-quick" if quick else ""))
    shared = os.path.join(shared_folder(), "bench-src", "bootbench.asm")
    source, options = os.path.join(HERE, "loops.asm"), ["-DTURNS=%d" % QUICK_TURNS] if quick else []
    if not quick and os.path.exists(shared):
        source = shared
    new = "%s.%d" % (path, os.getpid())
    done = subprocess.run(["nasm", "-f", "bin", "-o", new] + options + [source])
    if done.returncode:
        return None, "nasm failed"
    os.replace(new, path)
    return path, ""


def with_words(iso, words, path):
    """Writes a copy of the CD whose boot line ends in `words`: isolinux.cfg grows inside its
    sector, and its length in each directory (ISO 9660 and Joliet have one each) with it."""
    with open(iso, "rb") as f:
        image = bytearray(f.read())
    at = image.find(b"DEFAULT bench")
    old = bytes(image[at:at + SECTOR]).rstrip(b"\0")
    new = old.rstrip() + b" " + words.encode() + b"\n"
    if at < 0 or at % SECTOR or len(new) > SECTOR:
        raise ValueError("%s: no isolinux.cfg as it should be: build the CD again" % iso)
    image[at:at + SECTOR] = new.ljust(SECTOR, b"\0")

    def record(size):
        return b"".join(struct.pack("<I", v) + struct.pack(">I", v) for v in (at // SECTOR, size))
    was = record(len(old))
    if was not in image:
        raise ValueError("%s: isolinux.cfg is in no directory: build the CD again" % iso)
    with open(path, "wb") as f:
        f.write(image.replace(was, record(len(new))))
    return path
