#!/bin/sh
# Instructions of one inference (after the first) on emulated boards beside CMSIS-NN's, a row a network and board, as a
# Markdown table:
#   make && bench/mcu_instructions.sh [BOARD...]
# The networks are trained for a moment on generated images: instructions depend on shapes and on what the exporter can
# prove, not on accuracy.
set -eu
program=build/mininas
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What CMSIS-NN takes, and the goal: our share of it.
vendor() {
  case "$1 $2" in
    'w16:s3*5 m4') echo 11322200 0.35 ;;
    'w16:s3*5 m7') echo 11227040 0.35 ;;
    'w16:s3*5 m3') echo 13595120 0.70 ;;
    'w16:s3*5 v6m') echo 39079440 0.70 ;;
    'w16:s3*5 m55') echo 2997056 0.50 ;;
    'w32:s3*8 m4') echo 37041000 0.35 ;;
    'w32:s3*8 m7') echo 36564840 0.35 ;;
    'w32:s3*8 m3') echo 48163920 0.70 ;;
    'w32:s3*8 v6m') echo 137213320 0.70 ;;
    'w32:s3*8 m55') echo 8450038 0.50 ;;
    'w16:c3,s3,s5,s3,c3,s3 m4') echo 21921160 0.40 ;;
    'w16:c3,s3,s5,s3,c3,s3 m7') echo 21858360 0.40 ;;
    'w16:c3,s3,s5,s3,c3,s3 m3') echo 30239560 0.70 ;;
    'w16:c3,s3,s5,s3,c3,s3 v6m') echo 73708560 0.70 ;;
    'w16:c3,s3,s5,s3,c3,s3 m55') echo 4298517 0.50 ;;
    'resnet8 m4') echo 27502120 0.50 ;;
    'resnet8 m7') echo 27555760 0.50 ;;
    'resnet8 m3') echo 39294280 0.70 ;;
    'resnet8 v6m') echo 90648760 0.70 ;;
    'resnet8 m55') echo 4802843 0.70 ;;
  esac
}

# "CMSIS-NN | ours | ratio | goal" of `network board instructions`.
compared() {
  vendor "$1" "$2" | awk -v ours="$3" '
    function grouped(n) {
      n = n ""
      while (match(n, /^[0-9][0-9][0-9][0-9]+/)) n = substr(n, 1, RLENGTH - 3) "," substr(n, RLENGTH - 2)
      return n
    }
    { known = 1; printf "%s | %s | %.3f | %.2f (%s)", grouped($1), grouped(ours), ours / $1, $2, ours <= $1 * $2 ? "reached" : "missed" }
    END { if (!known) printf "- | %s | - | -", grouped(ours) }'
}

row() {
  run=$folder/run
  rm -rf "$run"
  $program train --arch "$1" --data "synthetic:classes=$2,train=64,test=32" --epochs 1 --seed 1 --quiet --out "$run" > /dev/null
  $program quantize "$run" --qat-epochs 1 --quiet > /dev/null
  $program export "$run" --out "$run/c" > /dev/null
  for board in $boards; do
    $program verify "$run" --board "$board" --images 2 --json --quiet > "$folder/json" || { cat "$folder/json" >&2; exit 1; }
    field() { tr ',{}' '\n\n\n' < "$folder/json" | sed -n "s/.*\"$1\": *//p" | head -1; }
    echo "| \`$1\` | $board | $(compared "$1" "$board" "$(field instructions)") | $(field bytes_different) | $(field text_bytes)" \
      "| $(field const_bytes) | $(field arena_bytes) |"
  done
}

boards=${*:-m4 m7 m3 v6m m55}
echo "| network | board | CMSIS-NN | ours | ratio | goal | bytes different | code, bytes | constants | arena |"
echo "|---|---|---|---|---|---|---|---|---|---|"
row 'w16:s3*5' 2
row 'w32:s3*8' 2
row 'w16:c3,s3,s5,s3,c3,s3' 10
row resnet8 10
