#!/bin/sh
# Builds and tests Mini-NAS in bare Debian systems below build/matrix, as somebody does who has just installed one of
# them, and with every other compiler that the system packages. Prints one row for each; fails where one failed.
#   tests/matrix.sh [SYSTEM...]      (default: bookworm trixie; called by `make matrix` as root)
# A compiler's row goes to one of four lengths:
#   demo    the README's two commands: `make demo`, which installs what is missing, and the quick tests
#   build   the program at -O1 and the quick tests
#   cross   the program at -O1 for another processor, and those tests that start no other program, in an emulator
#   read    every source of the program read by the compiler (-fsyntax-only); older and newer ones build the tests
# A program that was built trains a small network, whose digest is the same for all of them. What a system does not
# package is named as skipped. A row that passed is not run again while the sources stay the same; systems, packages and
# object files stay in any case.
set -eu
cd "$(dirname "$0")/.."
table() {
  cat <<'END'
bookworm  g++                    demo
trixie    g++                    demo
bookworm  clang++-14             build
trixie    clang++-19             build
bookworm  aarch64-linux-gnu-g++  cross
trixie    aarch64-linux-gnu-g++  cross
bookworm  clang++-15             read
bookworm  clang++-16             read
bookworm  clang++-19             read
bookworm  g++-13                 read
trixie    g++-12                 read
trixie    g++-13                 read
trixie    clang++-17             read
trixie    clang++-18             read
END
}
systems=${*:-bookworm trixie}
jobs=$(nproc)
matrix=$PWD/build/matrix
mkdir -p "$matrix/rows"

# The digest of all that is compiled or run: rows are of one state of it, whatever the documents and results say.
list_sources() { git ls-files -z --cached --others --exclude-standard; }
state=$(list_sources | grep -zv -e '\.md$' -e '^bench/results/' | xargs -0 cat 2>/dev/null | sha256sum | cut -c1-16)

# in_system SYSTEM FOLDER COMMAND: runs it in a folder there, with a /proc and a /dev that vanish with it.
in_system() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  unshare --mount --pid --fork sh -c '
    mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && cp /etc/resolv.conf "$1/etc/resolv.conf"
    exec chroot "$1" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c "cd $2 && $3"' sh "$matrix/$1" "$2" "$3"
}

make_system() {
  [ ! -e "$matrix/$1.ready" ] || return 0
  rm -rf "${matrix:?}/$1"
  debootstrap --variant=minbase --include=git,make,ca-certificates "$1" "$matrix/$1" > "$matrix/$1.log" 2>&1 || {
    tail -n 5 "$matrix/$1.log" >&2
    return 1
  }
  touch "$matrix/$1.ready"
}

# copy_sources SYSTEM FOLDER: as they are, with their times, so that make rebuilds what has changed
copy_sources() {
  mkdir -p "$matrix/$1$2"
  find "$matrix/$1$2" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
  list_sources | tar -c --null --ignore-failed-read -T - | tar -x -C "$matrix/$1$2"
}

# What follows works on one row: $system, $compiler, $length.

# packaged PACKAGE...: whether the system has all of them (apt-get takes a name that it does not know for a pattern)
packaged() {
  in_system "$system" / 'apt-get update -qq' > "$matrix/$system.apt.log" 2>&1
  for name; do in_system "$system" / "apt-cache pkgnames $name" | grep -qxF "$name" || return 1; done
}

install() {
  in_system "$system" / "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $*" > "$matrix/$system.apt.log" 2>&1
}

packages() {
  case $compiler in
    clang*) echo "clang-${compiler#*-} libomp-${compiler#*-}-dev" ;;
    aarch64*) echo 'g++-aarch64-linux-gnu qemu-user' ;;
    g++-*) echo "$compiler" ;;
  esac
}

# What make needs to know.
settings() {
  case $compiler in
    g++) ;;
    clang*) echo "CXX=$compiler CC=clang-${compiler#*-} OPT=-O1" ;;
    aarch64*) echo "CXX=$compiler CC=aarch64-linux-gnu-gcc ISAS=baseline OPT=-O1 EXTRA='-static -L$foreign/usr/lib'" ;;
    *) echo "CXX=$compiler CC=gcc-${compiler#*-}" ;;
  esac
}

# Catch2 3 is a library, and the system's package of it is for its own processor: that of the other one is unpacked beside.
foreign=/opt/aarch64
bring_foreign_catch() {
  in_system "$system" / "test -e $foreign || ! test -e /usr/include/catch2/catch_all.hpp || { dpkg --add-architecture arm64 && apt-get update -qq &&
    cd /tmp && apt-get download -qq libcatch2-dev:arm64 && dpkg -x libcatch2-dev_*_arm64.deb $foreign; }" > "$matrix/$system.apt.log" 2>&1
}

# step NAME COMMAND: runs it in the row's folder with its output in a log; says ok or FAILED, with the end of the log on
# standard error
step() {
  if in_system "$system" "/mini-nas/$compiler" "$2" > "$matrix/$system.$compiler.$1.log" 2>&1; then echo ok; else
    { echo "$system, $compiler: $1"; tail -n 15 "$matrix/$system.$compiler.$1.log"; } >&2
    echo FAILED
  fi
}

training='train --arch w8:s3,c3,s5,c5,s7 --data synthetic:size=12,train=128,test=16 --batch 32 --steps 20 --json --quiet'
# digest [EMULATOR]: of the weights of a network that the program trained; FAILED where it trained none
digest() {
  if [ "$(step train "$* build/mininas $training")" = ok ]; then
    sed -n 's/.*"weights_sha256":"\([0-9a-f]\{16\}\).*/\1/p' "$matrix/$system.$compiler.train.log"
  else echo FAILED; fi
}

# tests COMMAND: runs them; says how many passed, failed and were skipped
tests() {
  verdict=$(step tests "$1")
  [ "$verdict" = ok ] || printf 'FAILED '
  grep '^[0-9]* passed, ' "$matrix/$system.$compiler.tests.log" | tail -n 1 | grep . || echo "$verdict"
}

version() { in_system "$system" / "$compiler --version" | sed -n '1s/.* \([0-9.]*\)\( .*\|-[0-9].*\)\{0,1\}$/\1/p'; }

# print_row COMPILER BUILT TRAINED TESTS; write_row names the compiler with its version
print_row() { printf '| %-8s | %-28s | %-6s | %-16s | %-36s |\n' "$system" "$@"; }
write_row() { print_row "${compiler%%-[0-9]*} $(version)" "$@"; }

# Tests that start the program or themselves need a processor of their own; the emulator takes minutes for the networks'
# tests.
emulated_sources='tests/main.cpp tests/support/*.cpp tests/core/*.cpp tests/nn/*.cpp tests/mcu/*.cpp tests/datasets/*.cpp'
emulated='[core]~[determinism]~[symbols]~[winograd]~[fused]~[convolution],[mcu][arithmetic],[mcu][runtime]~[compiler],[nn][fold],[nn][spec],[datasets][decoder]'

run_row() {
  names=$(packages)
  # shellcheck disable=SC2086  # one word a package
  if [ -n "$names" ] && ! packaged $names; then
    print_row "$compiler" '' '' 'skipped: not packaged'
    return
  fi
  if [ -n "$names" ] && ! install "$names"; then
    print_row "$compiler" FAILED '' 'its packages could not be installed'
    return
  fi
  copy_sources "$system" "/mini-nas/$compiler"
  make="make -j$jobs $(settings)"
  case $length in
    demo)
      built=$(step demo "make -j$jobs demo")
      grep -q '^VERIFIED' "$matrix/$system.$compiler.demo.log" || built=FAILED
      write_row "$built" "$(digest)" "$(tests "$make quick-test")"
      ;;
    build) write_row "$(step program "$make program")" "$(digest)" "$(tests "$make quick-test")" ;;
    cross)
      bring_foreign_catch
      built=$(step program "$make program && $make TESTS=\"\$(echo $emulated_sources)\" build/release/mininas_tests")
      write_row "$built" "$(digest qemu-aarch64)" "$(tests "qemu-aarch64 build/release/mininas_tests $emulated")"
      ;;
    read) write_row '' '' "sources read: $(step read "$make program-syntax")" ;;
  esac
}

in_question() { case " $systems " in *" $1 "*) ;; *) return 1 ;; esac; }

row_of() { echo "$matrix/rows/$system.$compiler"; }

# The row as it was, if it passed on this state of the sources; else anew.
bring_row() {
  kept=$(row_of)
  if [ ! -e "$kept" ] || [ "$(head -n 1 "$kept")" != "$state" ] || grep -q FAILED "$kept"; then
    { echo "$state"; if make_system "$system"; then run_row; else print_row "$compiler" FAILED '' 'no system: debootstrap failed'; fi; } > "$kept.new"
    mv "$kept.new" "$kept"
  fi
  tail -n 1 "$kept"
}

printf '| system   | compiler                     | built  | weights trained  | tests                                |\n|---|---|---|---|---|\n'
table | while read -r system compiler length; do
  if in_question "$system"; then bring_row < /dev/null; fi
done | tee "$matrix/table"
echo
grep -o '| [0-9a-f]\{16\} |' "$matrix/table" | sort -u > "$matrix/digests"
echo "$(wc -l < "$matrix/digests") digest of the trained weights"
for system in $systems; do
  in_system "$system" / "dpkg-query -W -f '\${Package} \${Version}, ' libeigen3-dev catch2 libcli11-dev nlohmann-json3-dev libc6"; echo "$system"
done
if grep -q FAILED "$matrix/table" || [ "$(wc -l < "$matrix/digests")" -gt 1 ]; then
  echo "matrix: FAILED; the logs are in build/matrix" >&2
  exit 1
fi
echo "matrix: all passed"
