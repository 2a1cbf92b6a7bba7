# SPDX-License-Identifier: BSD-2-Clause
# Shared by tools/run and tools/test: finds out what is missing, and installs it with the host's package manager.
# POSIX sh; to be sourced. ROOT is the source tree, YES is 1 when nothing shall be asked.

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Can the compiler find a header? $2: what pkg-config calls it.
have_lib() {
    if have pkg-config && pkg-config --exists "$2" 2>/dev/null; then return 0; fi
    have cc && printf '#include <%s>\n' "$1" | cc -E -x c - >/dev/null 2>&1
}

manager() {
    for m in apt-get dnf pacman brew; do
        if have $m; then echo $m; return; fi
    done
}

# The manager's package for a thing we need; empty: it comes with another one.
package() {
    case $1:$2 in
        apt-get:cc)        echo gcc libc6-dev ;;
        apt-get:make)      echo make ;;
        apt-get:sdl2)      echo libsdl2-dev ;;
        apt-get:zlib)      echo zlib1g-dev ;;
        apt-get:check)     echo check ;;
        apt-get:pkg-config) echo pkg-config ;;
        apt-get:python3)   echo python3-minimal ;;
        apt-get:x86_64-w64-mingw32-gcc) echo gcc-mingw-w64-x86-64 libz-mingw-w64-dev ;;
        apt-get:aarch64-linux-gnu-gcc)  echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross ;;
        apt-get:wine)      echo wine wine64 ;;
        apt-get:qemu-aarch64-static) echo qemu-user-static ;;
        apt-get:capstone)  echo libcapstone-dev ;;
        apt-get:Xvfb)      echo xvfb ;;
        apt-get:mformat)   echo mtools ;;
        apt-get:grub-mkrescue) echo grub-common ;;
        apt-get:sfdisk)    echo fdisk ;;
        apt-get:mke2fs)    echo e2fsprogs ;;
        apt-get:gcc-m32)   echo "gcc-$(gcc -dumpversion)-multilib" ;;
        dnf:cc)            echo gcc ;;
        dnf:sdl2)          echo SDL2-devel ;;
        dnf:zlib)          echo zlib-devel ;;
        dnf:check)         echo check-devel ;;
        dnf:pkg-config)    echo pkgconf-pkg-config ;;
        pacman:cc)         echo gcc ;;
        pacman:pkg-config) echo pkgconf ;;
        pacman:python3)    echo python ;;
        pacman:cmake)      echo cmake ;;
        brew:cc|brew:make) ;;
        brew:pkg-config)   echo pkgconf ;;
        *)                 echo "$2" ;;
    esac
}

missing() {
    for need in "$@"; do
        case $need in
            zlib)  have_lib zlib.h zlib || echo zlib ;;
            sdl2)  have_lib SDL2/SDL.h sdl2 || echo sdl2 ;;
            check) have_lib check.h check || echo check ;;
            capstone) have_lib capstone/capstone.h capstone || echo capstone ;;
            grub-pc-bin) [ -f /usr/lib/grub/i386-pc/boot.img ] || echo grub-pc-bin ;;
            seabios)     [ -f /usr/share/seabios/bios-256k.bin ] || echo seabios ;;
            syslinux-common) [ -f /usr/lib/syslinux/modules/bios/ldlinux.c32 ] || echo syslinux-common ;;
            gcc-m32)     echo 'int main(void) { return 0; }' | gcc -m32 -static -x c -o /dev/null - 2>/dev/null ||
                             echo gcc-m32 ;;
            *)     have "$need" || [ -x "/usr/sbin/$need" ] || echo "$need" ;;
        esac
    done
}

# setup THING...: installs what is missing of these, after asking.
setup() {
    lack=$(missing "$@" | tr '\n' ' ')
    [ -n "${lack% }" ] || return 0
    m=$(manager)
    [ -n "$m" ] || die "missing: $lack- install these with your package manager (apt, dnf, pacman and brew are known)"
    packages=
    for need in $lack; do packages="$packages $(package "$m" "$need")"; done
    packages=$(echo $packages)
    if [ -z "$packages" ]; then die "missing: $lack- run 'xcode-select --install' first"; fi
    case $m in
        apt-get) install="apt-get install -y --no-install-recommends $packages" ;;
        dnf)     install="dnf install -y $packages" ;;
        pacman)  install="pacman -S --needed --noconfirm $packages" ;;
        brew)    install="brew install $packages" ;;
    esac
    as=
    if [ "$m" != brew ] && [ "$(id -u)" != 0 ]; then
        have sudo || die "missing: $lack- as root, run: $install"
        as=sudo
    fi
    say "Missing: $lack"
    say "To install: $as${as:+ }$install"
    if [ "$YES" != 1 ]; then
        printf 'Go ahead? [y/N] ' >&2
        read -r answer || answer=
        case $answer in [yY]*) ;; *) die "nothing was installed: install it yourself, or answer y" ;; esac
    fi
    if [ "$m" = apt-get ]; then
        $as env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 ||
            say "the list of packages could not be renewed; trying with the one that is there"
        $as env DEBIAN_FRONTEND=noninteractive $install >&2 || die "the installation failed: see above"
    else
        $as $install >&2 || die "the installation failed: see above"
    fi
    lack=$(missing "$@" | tr '\n' ' ')
    [ -z "${lack% }" ] || die "still missing after the installation: $lack"
}

# What tests/guests/build takes, on systems with apt; elsewhere its tests skip themselves.
setup_guests() {
    [ "$(manager)" = apt-get ] && [ "$(dpkg --print-architecture)" = amd64 ] || return 0
    setup xorriso mformat grub-mkrescue grub-pc-bin syslinux syslinux-common nasm cpio seabios debootstrap sfdisk mke2fs
    [ ! -d "$ROOT/../shared/guests" ] || setup gcc-m32
    if ! dpkg --print-foreign-architectures | grep -qx i386; then
        as=
        [ "$(id -u)" = 0 ] || as=sudo
        say "i386 packages, for the guests: ${as:+$as }dpkg --add-architecture i386"
        $as dpkg --add-architecture i386 && $as apt-get update -q >&2 || say "that failed: some tests will be skipped"
    fi
}

# What some tests compare with or look at; without these they skip themselves, so trouble with one is no trouble.
setup_peers() {
    [ "$(manager)" = apt-get ] || return 0
    set -- capstone Xvfb xdotool xclip x86_64-w64-mingw32-gcc aarch64-linux-gnu-gcc qemu-aarch64-static wine
    (setup "$@") && return 0
    for need in "$@"; do
        (setup "$need") || say "tests that need $need will be skipped"
    done
}

cpu_count() {
    nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2
}

# build FOLDER TARGET CMAKE-OPTION...: configures when that has not been done, and builds. Quiet unless it fails.
build() {
    dir=$1 target=$2
    shift 2
    mkdir -p "$dir"
    log=$dir/build.log
    # A folder that was moved or copied cannot be used again.
    if [ -f "$dir/CMakeCache.txt" ] &&
        ! grep -q "^CMAKE_HOME_DIRECTORY:INTERNAL=$ROOT\$" "$dir/CMakeCache.txt"; then
        rm -rf "$dir/CMakeCache.txt" "$dir/CMakeFiles"
    fi
    if [ ! -f "$dir/Makefile" ] || [ "$ROOT/CMakeLists.txt" -nt "$dir/CMakeCache.txt" ]; then
        cmake -S "$ROOT" -B "$dir" -G "Unix Makefiles" "$@" >"$log" 2>&1 ||
            { cat "$log" >&2; die "the configuration failed: see above"; }
    fi
    cmake --build "$dir" --target "$target" --parallel "$(cpu_count)" >"$log" 2>&1 || { cat "$log" >&2; die "the build failed: see above"; }
}
