#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Builds the firmware images into roms/ (or the folder given) and records what they were built from.
# Needs gcc with -m16/-m32 (x86) or clang and ld.lld; CC and LD choose.
set -eu
cd "$(dirname "$0")"
out=$(cd "${1:-../roms}" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
CC=${CC:-gcc}
LD=${LD:-ld}
OBJCOPY=${OBJCOPY:-objcopy}
target=""
case $($CC --version) in *clang*) target="--target=i386-none-elf" ;; esac

flags="$target -std=gnu11 -Os -march=i386 -ffreestanding -fno-builtin -fno-pic -fno-pie -fno-stack-protector
       -fno-asynchronous-unwind-tables -fno-unwind-tables -fomit-frame-pointer -mno-sse -mno-mmx
       -fno-delete-null-pointer-checks -fno-jump-tables -fcf-protection=none
       -fdata-sections -Wall -Wextra -Wno-array-bounds -Wno-unused-parameter -Wmissing-prototypes -Werror"

compile() { # BITS SOURCE
    name=$(basename "$2")
    $CC $flags "-m$1" "-DBITS=$1" -mregparm=3 -c -o "$tmp/${name%.*}.$1.o" "$2"
}

# The ACPI namespace: compiled where iasl is installed, else as kept.
if command -v iasl >/dev/null; then
    iasl -p "$tmp/dsdt" -tc dsdt.dsl >"$tmp/iasl.log" || { cat "$tmp/iasl.log"; exit 1; }
    { echo "/* SPDX-License-Identifier: BSD-2-Clause */"
      echo "/* dsdt.dsl, compiled by iasl. */"
      echo "static unsigned char dsdt_aml_code[] = {"
      sed -n 's/^\( *0x.*\)\/\*.*$/\1/p' "$tmp/dsdt.hex" | sed 's/ *$//'
      echo "};"; } >dsdt.h
fi

for f in util.c tables.c post.c sys.c menu.c pnp.c memory.c kbd.c mouse.c ports.c rtc.c pcibios.c disk.c ata.c cdrom.c floppy.c boot.c \
    apm.c; do
    compile 16 "$f"
done
compile 16 vga/font.c                         # its 8x8 font also stands at F000:FA6E
for f in post32.c pci32.c mtrr32.c rom32.c tables32.c smbios32.c mp32.c pcibios.c; do
    compile 32 "$f"
    # Both halves have their own memcpy and memset, which the compiler may call on its own.
    $OBJCOPY --redefine-sym memcpy=memcpy32 --redefine-sym memset=memset32 "$tmp/${f%.c}.32.o"
done
# Its callers may have it anywhere: no tables.
[ -z "$(nm "$tmp/pcibios.32.o" | grep ' [rRdDbB] ')" ]
$CC $target -m32 -c -o "$tmp/entry.16.o" entry.S
$CC $target -m32 -c -o "$tmp/pnp_entry.16.o" pnp.S
$CC $target -m32 -c -o "$tmp/entry32.32.o" entry32.S
for bits in 16 32; do
    $CC $target -m32 -DBITS=$bits -c -o "$tmp/apm_entry.$bits.o" apm.S
done
$LD -m elf_i386 -T rom.ld --no-warn-rwx-segments -z noexecstack -o "$tmp/bios.elf" "$tmp"/*.16.o "$tmp"/*.32.o
$OBJCOPY -O binary -j .seg32 "$tmp/bios.elf" "$tmp/low"
$OBJCOPY -O binary -j .seg16 "$tmp/bios.elf" "$tmp/high"
cat "$tmp/low" "$tmp/high" >"$out/bios.bin"
[ "$(wc -c <"$out/bios.bin")" -eq 131072 ]
# Systems search for these every 16 bytes: a string of the code must not lie there.
if LC_ALL=C grep -abo -e '_32_' -e '_MP_' -e '_SM_' -e 'RSD PTR ' -e '[$]PIR' "$out/bios.bin" |
    awk -F: '$1 % 16 == 0 { found = 1 } END { exit !found }'; then
    echo "bios.bin: a signature lies where systems search for it" >&2
    exit 1
fi
[ -z "${KEEP:-}" ] || cp "$tmp/bios.elf" "$KEEP"
nm "$tmp/bios.elf" | sed -n 's/^0*\([0-9a-f]*\) . \(seg[0-9]*_used\)$/\2 \1/p'
# The boot ROM of --kernel.
$CC $target -m32 -c -o "$tmp/kload.o" kload.S
$LD -m elf_i386 -Ttext 0 -e start -z noexecstack -o "$tmp/kload.elf" "$tmp/kload.o"
$OBJCOPY -O binary -j .text "$tmp/kload.elf" "$tmp/kload.raw"
${HOSTCC:-cc} -o "$tmp/finish" vga/finish.c
"$tmp/finish" "$tmp/kload.raw" "$out/kload.bin" 2048

# What was built from what, as sha256sum -c reads it from the project's directory.
record() { # IMAGE SOURCE...
    image=$1
    shift
    (cd .. && sha256sum "$@" "roms/$image") >"$out/${image%.bin}.src-sha256"
}
record bios.bin $(cd .. && ls bios/vga/font.c bios/*.c bios/*.h bios/entry*.S bios/apm.S bios/pnp.S bios/*.ld bios/*.dsl bios/build.sh)
record kload.bin bios/kload.S bios/vga/finish.c bios/build.sh
if [ "$out" = "$(cd ../roms && pwd)" ]; then
    sh vga/build.sh
fi
