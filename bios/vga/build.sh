#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Builds the video firmware: bios/vga/build.sh [OUTPUT]   (default: roms/vgabios.bin, with its source hash)
# CC names the compiler: gcc on an x86 host (default), or "clang --target=i386-none-elf" anywhere.
set -e
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:-$root/roms/vgabios.bin}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
: "${CC:=gcc}" "${HOSTCC:=cc}"
if [ -z "$LD" ]; then
    LD=ld
    ld -V 2>/dev/null | grep -q elf_i386 || LD=ld.lld
fi
flags="-m16 -march=i386 -std=gnu11 -Os -ffreestanding -fno-pic -fno-stack-protector
       -fno-omit-frame-pointer -fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-builtin
       -fcf-protection=none -mregparm=3 -mno-sse -mno-mmx -Wall -Wextra -Wno-unused-parameter"
case $CC in
*clang*) flags="$flags -mno-omit-leaf-frame-pointer" ;;
*) flags="$flags -fno-tree-loop-distribute-patterns -fno-toplevel-reorder -mpreferred-stack-boundary=2" ;;
esac
objs=
for f in mode modes text palette fonts state vbe cirrus font; do
    $CC $flags -S "$here/$f.c" -o "$tmp/$f.c.s"
    awk -f "$here/x86emu.awk" "$tmp/$f.c.s" >"$tmp/$f.s"
    $CC -m16 -c "$tmp/$f.s" -o "$tmp/$f.o"
    objs="$objs $tmp/$f.o"
done
$CC -m16 -c "$here/entry.S" -o "$tmp/entry.o"
# Nothing of what x86emu.awk is for may be left.
for o in "$tmp/entry.o" $objs; do
    objdump -d -m i8086 -j .text "$o" | awk -F '\t' -v "file=${o##*/}" '
        $2 ~ /^((26|2e|36|3e|64|65|67|f[023]) )*66 / && $3 ~ /^([a-z]+[0-9]+ )?(lea|l?call|l?ret|leave|enter|jmpl? +[^ *])/ ||
        $3 ~ /\(%ebp/ && $2 !~ /^((66|67) )*36 / {
            print file ": x86emu does not know" $0 >"/dev/stderr"
            bad = 1
        }
        END { exit bad }'
done
$CC -m32 -c "$here/vbe_pm.S" -o "$tmp/vbe_pm.o"
$LD -m elf_i386 -T "$here/rom.ld" -o "$tmp/rom.elf" "$tmp/entry.o" "$tmp/vbe_pm.o" $objs
objcopy -O binary -j .rom "$tmp/rom.elf" "$tmp/rom.raw"
$HOSTCC -o "$tmp/finish" "$here/finish.c"
"$tmp/finish" "$tmp/rom.raw" "$out" 40960
if [ $# = 0 ]; then
    cd "$root"
    # What was built from what, as sha256sum -c reads it.
    sha256sum $(ls bios/io.h bios/vga/*.c bios/vga/*.h bios/vga/*.S bios/vga/*.ld bios/vga/*.awk bios/vga/build.sh | LC_ALL=C sort) \
        roms/vgabios.bin >roms/vgabios.src-sha256
fi
