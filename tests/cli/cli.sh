#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The command line as a user meets it: cli.sh VITRINE. Every mistake gives one line that starts with "vitrine: ", and the
# exit status that --help promises; boot sectors of a few bytes show the rest. A VITRINE for Windows, .exe, is run by wine.
set -u
V=$1
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D" || exit 1
failed=0 windows=0
case $V in
*.exe)
    windows=1
    printf '#!/bin/sh\nexec wine "%s" "$@"\n' "$V" >vitrine
    chmod 755 vitrine
    V=$D/vitrine LC_ALL=C.UTF-8 WINEDEBUG=-all
    export LC_ALL WINEDEBUG
    "$V" --version >out || exit 1           # before anything is limited, wine's own server runs
    ;;
esac
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER

fail() { echo "FAILED: $*"; [ -s err ] && sed 's/^/    /' err; failed=1; }

# is STATUS ARGS...: exit status, and whatever is printed in the files out and err
is() {
    want=$1
    shift
    "$V" "$@" >out 2>err </dev/null
    got=$?
    if [ $windows$got = 11 ] && [ ! -s err ] && [ ! -s out ]; then     # ours would say why: wine has not started it
        "$V" "$@" >out 2>err </dev/null
        got=$?
    fi
    [ $got = "$want" ] || fail "status $got, not $want: vitrine $*"
}

# complains STATUS ARGS...: besides, exactly one line on standard error, nothing on standard output
complains() {
    is "$@"
    [ "$(wc -l <err)" = 1 ] && grep -q '^vitrine: ..*' err && [ ! -s out ] || fail "not one clear line: $*"
}

says() { grep -q -- "$1" "$2" || fail "no '$1' in $2"; }

# sector FILE OCTAL-BYTES: a floppy image that starts with these
sector() {
    { printf "$2"; head -c 510 /dev/zero; } | head -c 510 >"$1"
    printf '\125\252' >>"$1"
    head -c 1474048 /dev/zero >>"$1"
}

# mov dx,3f8h; mov al,'O'; out dx,al; mov al,'K'; out dx,al; then:
OK='\272\370\003\260\117\356\260\113\356'
sector idle.img "$OK"'\373\364\353\375'                   # sti; hlt; jmp
sector dead.img "$OK"'\372\364\353\375'                   # cli; hlt; jmp
sector pass.img '\272\364\000\260\000\356\353\376'        # out F4h, 0; jmp $
sector fail.img '\272\364\000\260\007\356\353\376'        # out F4h, 7
sector triple.img '\017\001\036\020\174\314\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000'
sector spin.img '\353\376'                                # jmp $
: >empty.img
head -c 100 idle.img >short.img
printf 'wait screen "never" 200ms\n' >never.txt
printf 'wait serial "OK" 10s\nsave s.snap\nscreen t.txt\nscreenshot t.png\nquit 9\n' >ok.txt
printf 'wait serial "OK" 10s\nreset\nwait serial "OK" 10s\n' >reset.txt
printf 'sleep 1s\nfrobnicate\n' >bad.txt
H="--headless --discard-writes"

echo "== usage"
is 0 --help; says 'vitrine run' out
is 0 run --help; says '--memory' out
is 0 demo --help
is 0 cpu --help
is 0 disasm --help
is 0 --version
is 2
complains 2 frobnicate; says 'neither a command nor a file' err
complains 2 --hda idle.img; says 'vitrine run --hda' err
is 3 idle.img $H --max-guest-seconds 1
for later in gui create list snapshot disk fork control; do complains 2 $later; says 'not available' err; done
for bad in "--nonsense" "--memory 5" "--memory 99G" "--memory" "--cpu z80" "--smp 2" "--engine jit" "--boot q" \
    "--rtc noon" "--clock fixed:none" "--max-seconds soon" "--serial carrier-pigeon" "--script bad.txt" "--scale 0" \
    "--sound loud" "--sound wav:" "--parallel lpt"; do
    complains 2 run $H $bad idle.img
done

echo "== images"
complains 1 run $H missing.img
complains 1 run $H empty.img
complains 1 run $H .
complains 1 run $H --hda missing.img
complains 1 run $H --bios missing.bin idle.img
complains 1 run $H --bios empty.img idle.img
complains 1 run $H --cpu 286 idle.img; says 'needs a 386' err
complains 1 run $H --kernel missing
complains 1 run $H --script missing.txt idle.img
complains 1 run $H --load missing.snap idle.img
complains 1 run $H --serial file:/nonexistent/x idle.img
if [ -c /dev/full ] && [ $windows = 0 ]; then             # a disk that fills up under what the guest sends
    is 1 run $H --max-guest-seconds 2 --serial file:/dev/full idle.img
    says '^vitrine: /dev/full: not all that the guest sends .*free some space' err
    [ "$(grep -c 'not all that the guest' err)" = 1 ] || fail "not told once"
fi
complains 1 run $H --sound wav:/nonexistent/x idle.img
complains 2 run $H --serial tcp:127.0.0.1:99999 idle.img
if mkfifo pipe.img 2>/dev/null; then complains 1 run $H pipe.img; fi
is 1 run $H --max-instructions 1000 --save /nonexistent/x idle.img
is 3 run $H --max-guest-seconds 1 short.img
if [ "$(id -u)" != 0 ]; then
    chmod 0 short.img
    complains 1 run $H short.img
fi
complains 1 run --headless --hda idle.img --hdb ./idle.img; says 'drive hda already' err
is 3 run $H --max-guest-seconds 1 --hda idle.img --hdb idle.img
for port in parallel debugcon; do
    complains 2 run $H --$port file: idle.img
    says 'write .*file:PATH' err
    ! grep -q tcp err || fail "--$port has no tcp"
done
complains 1 run idle.img; says 'headless' err             # no display

echo "== ends"
is 0 run $H --testdev pass.img
is 10 run $H --testdev fail.img
is 3 run $H --max-guest-seconds 2 idle.img
is 3 run $H --max-instructions 1000000 spin.img
is 3 run $H --max-seconds 1 spin.img
is 4 run $H dead.img
is 4 run $H --no-reboot --max-guest-seconds 20 triple.img
is 5 run $H --script never.txt spin.img; says 'the screen' err
is 9 run $H --script ok.txt idle.img
[ -s t.txt ] && [ -s t.png ] && [ -s s.snap ] || fail "the script wrote no files"
is 0 run $H --script reset.txt --max-guest-seconds 60 idle.img
# mov ecx,41; mov eax,magic; mov dx,5658h; mov ebx,...; in eax,dx: the place of the mouse is asked for
ASK='\146\271\051\0\0\0\146\270\150\130\115\126\272\130\126\146\273'
sector mouse.img "$ASK"'\122\105\101\105\146\355'"$ASK"'\122\101\102\123\146\355'"$OK"'\373\364\353\375'
printf 'wait serial "OK"\nmouse to 360 200\nmouse click left\nmouse move -500 5000\n' >mouse.txt
is 0 run $H --script mouse.txt --record mouse.log mouse.img
[ "$(sed -n 's/.* mouse-at //p' mouse.log | tr '\n' ,)" = "0 16406 16424 0,1 16406 16424 0,0 16406 16424 0,0 22 32727 0," ] ||
    fail "mouse to: $(cat mouse.log)"
is 5 run $H --script mouse.txt idle.img; says 'write mouse move' err
# INT 15h AH=86h for 4 s, then what INT 16h has to COM1: more keys than a BIOS keeps are not lost meanwhile
sector slow.img "$OK"'\264\206\271\074\000\061\322\315\025\264\000\315\026\272\370\003\356\353\366'
printf 'wait serial "OK"\ntype "abcdefghijklmnopqrstuvwxyz0123456789"\nwait serial "rstuvwxyz0123456789" 10s\n' >slow.txt
is 0 run $H --script slow.txt slow.img
is 3 run $H --max-guest-seconds 2 --serial file:ser.txt idle.img; says OK ser.txt
is 3 run $H --max-guest-seconds 2 --serial stdio --stats --hash --screen-text - idle.img; says OK out
says '"instructions": [0-9]' out
says '^hash [0-9a-f]* instructions [0-9]*$' out
is 1 run $H --testdev --screenshot /nonexistent/x.png pass.img

echo "== demo"
cat >demo.txt <<'EOF'
wait screen "VITRINE DEMO READY"
key 2
sleep 1s
screenshot demo.png
key esc
wait screen "VITRINE DEMO READY"
key 9
wait poweroff
reset
wait screen "VITRINE DEMO READY"
key 9
wait poweroff
EOF
is 0 demo --headless --script demo.txt
[ -s demo.png ] || fail "no picture of the demo"
complains 2 demo --headless idle.img

echo "== where it stopped"
complains 4 run $H dead.img; says 'interrupts off at 0000:00007C' err
is 4 run $H --no-reboot triple.img; says 'triple fault at 0000:00007C05' err
{ head -c 65520 /dev/zero; printf '\260\005\272\220\001\356\372\364'; head -c 8 /dev/zero; } >rom   # out 190h, 5; cli; hlt
for c in pentium2 286 8086; do
    complains 4 run --headless --testdev --cpu $c --bios rom; says ':0000....*code was 05h' err
done

echo "== repeats, saved and loaded"
is 3 run $H --max-instructions 30000000 --hash spin.img; cp out a
is 3 run $H --max-instructions 30000000 --hash spin.img; cmp -s a out || fail "two runs differ"
is 3 run $H --max-instructions 20000000 --save m.snap spin.img
is 3 run $H --load m.snap --max-instructions 30000000 --hash spin.img; cmp -s a out || fail "save and load differ"
complains 1 run $H --load t.png spin.img
head -c 1000 m.snap >cut.snap
complains 1 run $H --load cut.snap spin.img; says 'cut short' err
: >empty.snap
complains 1 run $H --load empty.snap spin.img
complains 1 run $H --load m.snap --memory 64M spin.img

echo "== firmware of other sizes"
# FFFF00h: out F4h, 0; FFFFF0h: jmp F000:FF00
rom() {
    { head -c $(($1 - 256)) /dev/zero; printf '\272\364\000\260\000\356\353\376'; head -c 232 /dev/zero
      printf '\352\000\377\000\360'; head -c 11 /dev/zero; } >rom.bin
}
for size in 8192 65536 1048576 16777216; do
    rom $size
    is 0 run --headless --testdev --bios rom.bin --max-instructions 1000
    is 0 run --headless --testdev --machine at --cpu 286 --bios rom.bin --max-instructions 1000
done
head -c 5000 /dev/zero >rom.bin
complains 1 run --headless --bios rom.bin; says 'BIOS image' err
# a video BIOS: none, and one that says for which display it is
PASS="--testdev --max-guest-seconds 5 pass.img"
{ printf '\125\252\001\313'; head -c 20 /dev/zero; printf '\034\000\000\000PCIR\023\020\270\000'
  head -c 476 /dev/zero; } >cirrus.bin
is 0 run $H --vgabios short.img $PASS; says 'no option ROM' err
is 0 run $H --vgabios cirrus.bin $PASS; says '1013:00b8.*1234:1111' err
for v in "--vga cirrus --vgabios cirrus.bin" "--machine at --vgabios cirrus.bin" "--vga cirrus"; do
    is 0 run $H $v $PASS
    [ ! -s err ] || fail "no complaint is needed: $v"
done

cp idle.img spare.img
for v in "--save spare.img" "--screenshot ./spare.img" "--record spare.img" "--sound wav:spare.img" "--serial file:spare.img"; do
    is 1 run $H $v --max-guest-seconds 1 spare.img
    says "would be overwritten" err
    cmp -s idle.img spare.img || fail "$v: the image is not what it was"
done

echo "== disks that fail"
# INT 13h: one sector to cylinder 3 of drive 80h; 'OK'; then CF as FFh or 0 to the exit port, or idle
WRITE='\061\300\216\300\270\001\003\273\000\174\271\001\003\272\200\000\315\023\234'"$OK"
sector write.img "$WRITE"'\235\030\300\272\364\000\356\353\376'
sector stay.img "$WRITE"'\373\364\353\375'
fresh() { rm -f hd.img ser.txt; head -c 4194304 /dev/zero >hd.img; }
fresh
is 0 run --headless --testdev --fda write.img --hda hd.img --boot a --max-guest-seconds 20
od -An -tx1 -j1548288 -N4 hd.img | grep -q '31 c0 8e c0' || fail "the sector is not in the image"
fresh
(ulimit -f 2000; [ $windows = 0 ] || trap '' XFSZ; is 1 run --headless --testdev --fda write.img --hda hd.img --boot a --max-guest-seconds 20; exit $failed) || failed=1
says 'hda: .*free some space' err; says 'hda: 1 sector .* is not in the image' err
if command -v prlimit >/dev/null && [ $windows = 0 ]; then      # the guest ends, then there is room again
    sector dead.img "$WRITE"'\372\364'
    fresh
    (ulimit -S -f 2000; exec "$V" run --headless --fda dead.img --hda hd.img --boot a --max-seconds 60) 2>err &
    pid=$! tries=0
    until grep -q 'machine waits' err || [ $tries = 300 ]; do sleep 0.1; tries=$((tries + 1)); done
    sleep 1
    prlimit --pid $pid --fsize=unlimited:unlimited
    wait $pid
    [ $? = 4 ] || fail "the guest's end when the disk is good again: status $?"
    says 'all that waited is in the images' err
    od -An -tx1 -j1548288 -N4 hd.img | grep -q '31 c0 8e c0' || fail "the last sector was lost"
fi
fresh
"$V" run --headless --clock realtime --fda stay.img --hda hd.img --boot a --serial file:ser.txt 2>err &
pid=$! tries=0
until grep -q OK ser.txt 2>/dev/null || [ $tries = 300 ]; do sleep 0.1; tries=$((tries + 1)); done
if [ $windows = 1 ]; then
    wine cmd /c 'del hd.img' >out 2>&1          # which does not delete what is open
    kill -INT $pid; wait $pid
    [ $? = 130 ] || fail "Ctrl+C: status $?"
else
    rm hd.img
    tries=0
    until grep -q deleted err || [ $tries = 300 ]; do sleep 0.1; tries=$((tries + 1)); done
    says 'hda: the image was deleted' err
    kill $pid; wait $pid
    says 'written again' err
fi
od -An -tx1 -j1548288 -N4 hd.img | grep -q '31 c0 8e c0' || fail "a deleted image was lost"
fresh
"$V" run --headless --clock realtime --fda stay.img --hda hd.img --boot a --serial file:ser.txt 2>/dev/null &
pid=$! tries=0
until grep -q OK ser.txt 2>/dev/null || [ $tries = 300 ]; do sleep 0.1; tries=$((tries + 1)); done
complains 1 run --headless --hda hd.img --max-guest-seconds 1; says 'in use' err
kill $pid; wait $pid

echo "== names"
name=$(printf 'Stra\303\237e \342\230\203.img')     # letters of no code page
cp idle.img "$name"
is 3 run $H --max-guest-seconds 1 --serial "file:$name.txt" --sound "wav:$name.wav" --record "$name.log" "$name"
says OK "$name.txt"
[ -s "$name.wav" ] && [ -s "$name.log" ] || fail "no files of such a name"
complains 1 run $H "$name.no"; says "$name.no" err
if [ $windows = 1 ]; then
    Z=Z:$(pwd | tr / '\\')
    mkdir sub
    head -c 235200 /dev/zero >sub/t.bin
    printf 'FILE t.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n' >sub/t.cue
    is 3 run $H --max-guest-seconds 1 --serial "file:$Z\\sub\\ser.txt" --sound "wav:$Z\\sub\\s.wav" \
        --screenshot "$Z\\sub\\s.png" --cdrom "$Z\\sub\\t.cue" --boot a --fda "$Z\\idle.img"
    says OK sub/ser.txt
    [ -s sub/s.wav ] && [ -s sub/s.png ] || fail "no files by drive letter"
    complains 1 run $H NUL
    is 3 run $H --max-guest-seconds 1 --screenshot - idle.img
    head -c 8 out | od -An -tx1 | grep -q '89 50 4e 47 0d 0a 1a 0a' || fail "a picture on standard output is not as it is in a file"
fi

echo "== tools"
is 0 cpu list; says pentium out
is 0 cpu list --json
is 0 cpu show 486; says fpu out
complains 2 cpu show z80
printf '\220\364' >code
is 0 disasm --bits 16 --base 0x7c00 code; says '00007c01  f4 *hlt' out
complains 1 disasm missing
complains 2 disasm --bits 8 code

[ $failed = 0 ] && echo "all good"
exit $failed
