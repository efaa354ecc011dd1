#!/bin/sh
# Instructions of one inference (after the first) on emulated boards, a row a network and board, as a Markdown table:
#   make && bench/mcu_instructions.sh [BOARD...]
# The networks are trained for a moment on generated images: instructions depend on shapes and on what the exporter can prove, not on accuracy.
set -eu
program=build/mininas
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "| network | board | instructions | bytes different | text | const | arena |"
echo "|---|---|---|---|---|---|---|"
row() {
  run=$folder/run
  rm -rf "$run"
  $program train --arch "$1" --data "synthetic:classes=$2,train=64,test=32" --epochs 1 --seed 1 --quiet --out "$run" > /dev/null
  $program quantize "$run" --qat-epochs 1 --quiet > /dev/null
  $program export "$run" --out "$run/c" > /dev/null
  for board in $boards; do
    $program verify "$run" --board "$board" --images 2 --json --quiet > "$folder/json" || { cat "$folder/json" >&2; exit 1; }
    field() { tr ',{}' '\n\n\n' < "$folder/json" | sed -n "s/.*\"$1\": *//p" | head -1; }
    echo "| \`$1\` | $board | $(field instructions) | $(field bytes_different) | $(field text_bytes) | $(field const_bytes) | $(field arena_bytes) |"
  done
}
boards=${*:-m4 m7 m3}
row 'w16:s3*5' 2
row 'w32:s3*8' 2
row 'w16:c3,s3,s5,s3,c3,s3' 10
row resnet8 10
