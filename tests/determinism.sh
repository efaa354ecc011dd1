#!/bin/sh
# The same bits everywhere: builds the program with two compilers at two optimisation levels and for another processor,
# trains the same networks with each of its instruction sets on 1 to 8 threads, and compares the digests of all weights;
# then those of the integers that quantisation-aware training makes of them. Fails where two differ. What this machine
# cannot run is skipped by name.
#   tests/determinism.sh [VARIANT...]      (default: all; called by `make determinism`)
set -eu
cd "$(dirname "$0")/.."
variants=${*:-g++-O3 g++-O2 clang++-O3 clang++-O2 aarch64}
# Separable layers alone; with standard convolutions, 5x5 and 7x7 windows; with sums and strided shortcuts.
networks='w16:s3*5 w8:s3,c3,s5,c5,s7 resnet8'
data=synthetic:size=12,train=128,test=16
make=${MAKE:-make}
folder=build/determinism
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() { command -v "$1" >/dev/null 2>&1; }
skip() { echo "skipped: $1" | tee -a "$work/skipped"; }

# What builds the variant, or nothing where its compiler is missing.
settings() {
  case $1 in
    g++-O*) echo "CXX=g++ CC=gcc OPT=${1#g++}" ;;
    clang++-O*) ! has clang++ || echo "CXX=clang++ CC=clang OPT=${1#clang++}" ;;
    aarch64) ! has aarch64-linux-gnu-g++ || ! has qemu-aarch64 ||
      echo 'CXX=aarch64-linux-gnu-g++ CC=aarch64-linux-gnu-gcc ISAS=baseline EXTRA=-static' ;;
    *) echo "there is no variant $1" >&2; exit 2 ;;
  esac
}

build() {
  # shellcheck disable=SC2086  # one word a setting
  "$make" --no-print-directory CONFIG="determinism/$1" $2 "$folder/$1/mininas" > "$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    echo "determinism: the build of $1 failed" >&2
    exit 1
  }
}

# launch VARIANT ISA ARGUMENT...: the program of a variant with the kernels of an instruction set; `best` leaves the
# choice to the program
launch() {
  program=$folder/$1/mininas isa=$2 emulator=
  [ "$1" != aarch64 ] || emulator=qemu-aarch64
  shift 2
  MININAS_ISA=${isa#best} $emulator "$program" "$@" --quiet
}

# compare NETWORK WHAT VARIANT ISA THREADS DIGEST: prints a row and keeps it
compare() {
  printf '%-20s %-8s %-12s %-9s %7s  %s\n' "$1" "$2" "$3" "$4" "$5" "$(echo "$6" | cut -c1-32)"
  echo "$1 $2 $6" >> "$work/digests"
}

# run VARIANT ISA: every network, on every number of threads
run() {
  case $1 in g++-O3) threads='1 2 3 4 8' ;; *) threads='1 3' ;; esac
  for network in $networks; do
    for count in $threads; do
      rm -rf "$work/run"
      launch "$1" "$2" train --arch "$network" --data $data --batch 32 --steps 20 --threads "$count" --json --out "$work/run" > "$work/json"
      compare "$network" float "$1" "$2" "$count" "$(sed -n 's/.*"weights_sha256":"\([0-9a-f]*\)".*/\1/p' "$work/json")"
    done
    launch "$1" "$2" quantize "$work/run" --qat-epochs 1 --threads "$count" --json > /dev/null
    compare "$network" int8 "$1" "$2" "$count" "$(sha256sum "$work/run/quantized.bin" | cut -d' ' -f1)"
  done
}

# Whether this machine runs the kernels of an instruction set: the program says so itself.
runs() { ! launch "$1" "$2" bench --arch w1:s3*3 --input 4x4x1 --batch 2 --seconds 0.01 2>&1 | grep -q 'this machine runs'; }

: > "$work/digests"; : > "$work/skipped"
printf '%-20s %-8s %-12s %-9s %7s  %s\n' network weights build kernels threads 'sha256 (first half)'
for variant in $variants; do
  how=$(settings "$variant")
  [ -n "$how" ] || { skip "$variant, whose compiler or emulator is not installed"; continue; }
  build "$variant" "$how"
  isas='best avx512 avx2 baseline'
  [ "$variant" != aarch64 ] || isas=best
  for isa in $isas; do
    if runs "$variant" "$isa"; then run "$variant" "$isa"; else skip "$variant with $isa kernels, which this machine does not run"; fi
  done
done

[ ! -s "$work/skipped" ] || { echo; cat "$work/skipped"; }
echo
sort -u "$work/digests" > "$work/distinct"
cat "$work/distinct"
expected=$(echo "$networks" | wc -w)
if [ "$(wc -l < "$work/distinct")" -ne $((2 * expected)) ] || grep -qv ' [0-9a-f]\{64\}$' "$work/distinct"; then
  echo "determinism: DIFFERENT: $(wc -l < "$work/distinct") digests, expected $((2 * expected))" >&2
  exit 1
fi
echo "determinism: $(wc -l < "$work/digests") runs, one digest a network"
