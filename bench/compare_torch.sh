#!/bin/sh
# Images a second beside a PyTorch program that trains the same network: runs the two in turn, so that both meet the same disturbances, and
# prints the medians and their ratio.
#   bench/compare_torch.sh PEER.py [ROUNDS [ARCHITECTURE...]]      (default: 5 rounds of w16:s3*5 w32:s3*8 w72:s3*10)
# The peer is called as `PEER.py speed DEPTH WIDTH OP KERNEL` (OP 0 = separable, 1 = standard convolution) and prints `train N img/s`.
# It runs "tuned": the C library keeps freed memory, which makes PyTorch up to twice as fast on these networks. PYTHON names the
# interpreter.
set -eu
[ $# -ge 1 ] || { sed -n '2,7s/^# //p' "$0" >&2; exit 2; }
peer=$1; rounds=${2:-5}
shift; [ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- 'w16:s3*5' 'w32:s3*8' 'w72:s3*10'
python=${PYTHON:-python3}
ours=${BUILD:-build/release}/train_bench

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ours_once() { "$ours" --json "$1" | sed -n 's/.*"train images\/s": "\([0-9.]*\)".*/\1/p'; }
peer_once() {
  # w32:s3*8 -> 8 32 0 3
  arguments=$(echo "$1" | sed -n 's/^w\([0-9]*\):\([sc]\)\([357]\)\*\([0-9]*\)$/\4 \1 \2 \3/p' | tr sc 01)
  [ -n "$arguments" ] || { echo "$1: expected one run of equal layers, as in w32:s3*8" >&2; exit 2; }
  # shellcheck disable=SC2086  # four words
  MALLOC_MMAP_THRESHOLD_=8000000000 MALLOC_TRIM_THRESHOLD_=16000000000 "$python" "$peer" speed $arguments |
    sed -n 's/.*train \([0-9.]*\) img\/s.*/\1/p'
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '| network | ours, images/s | peer, images/s | ratio |'
echo '| --- | --- | --- | --- |'
for architecture in "$@"; do
  : > "$work/ours"; : > "$work/peer"
  round=0
  while [ "$round" -lt "$rounds" ]; do
    ours_once "$architecture" >> "$work/ours"
    peer_once "$architecture" >> "$work/peer"
    round=$((round + 1))
  done
  a=$(median < "$work/ours"); b=$(median < "$work/peer")
  echo "| $architecture | $a | $b | $(awk "BEGIN { printf \"%.2f\", $a / $b }") |"
done
