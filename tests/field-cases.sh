#!/usr/bin/env bash
# Runs scripts of things that users do, each with what is right in its head, and judges what it can.
#   tests/field-cases.sh FOLDER [PROGRAM] [CASE...]      (make field-cases)
# A case is FOLDER/NAME/run.sh, which takes the program from M. What it printed is kept below build/field-cases. For
# each case known here, a function below says what must be there; one that is not known is printed as it is, to be
# judged by a person. Exit status 1: a case that is known went wrong.
set -uo pipefail
folder=${1:?a folder of cases} program=$(realpath "${2:-build/mininas}")
shift 2
out=build/field-cases
passed=0 failed=0 skipped=0 unjudged=0

# What the input makers of a case use.
tools_of() {
  grep -oE 'stripes|/usr/bin/python3|cwebp|/usr/bin/convert|cjpeg|pngtopnm' "$1" | sort -u |
    sed 's/^stripes$/\/usr\/bin\/python3/' | sort -u
}
missing_for() {
  local tool
  for tool in $(tools_of "$1"); do
    command -v "$tool" > /dev/null || { echo "$tool"; return; }
    [ "$tool" != /usr/bin/python3 ] || /usr/bin/python3 -c 'import PIL' 2> /dev/null || { echo "python3-pil"; return; }
  done
}

# Of $text, which is what a case printed.
has() { grep -qiE -- "$1" <<< "$text" || { echo "    expected: $1"; return 1; }; }
hasnt() { ! grep -qiE -- "$1" <<< "$text" || { echo "    unexpected: $1"; return 1; }; }
# The exit statuses of its commands, in order: "0 1 1".
exits() {
  local got
  got=$(grep -oE '\[exit [0-9]+\]' <<< "$text" | grep -oE '[0-9]+' | tr '\n' ' ')
  grep -qE "^($1) $" <<< "$got" || { echo "    exit statuses $got, expected $1"; return 1; }
}

judge() {
  case $1 in
    class-named-train) exits '0 0' ;;
    class-never-predicted) has 'worst class.*defect|never predicted.*defect' ;;
    constant-images) exits 1 && has 'alike|equal|same' && hasnt 'journal.jsonl' ;;
    damaged-cache) exits '0 0' || has 'delete|remove' ;;
    failed-limits-block-out) exits '1 0 [01]' || has 'remove' ;;
    first-bad-file-only) has '4 .*files|files.*4' && has 'z1.jpg' && has 'a.HEIC' ;;
    folder-changed-after-run) has 'added|changed' ;;
    folder-in-class-folder) hasnt 'move it out' && has 'one folder too high' &&
      has 'images are training images too' && exits '[01] [01] 0' ;;
    idx-labels-from-1) exits '0 0 0' ;;
    other-working-folder) exits '0 0 0 0' || has '--data' ;;
    photo-16-megapixels) exits 0 || has 'pixels' ;;
    photos-no-size) has 'folder:[^ ]*:[0-9]+x[0-9]+' && hasnt 'bad_alloc' ;;
    png-damage-accepted) exits 1 ;;
    run-inside-data) exits '1( [01])*|0 0 0 0' ;;
    seed-minus-one) exits 2 ;;
    silent-loading) has 'exit 130 [0-9]{1,3} ms' && hasnt 'is saved' ;;
    stdout-full) has 'exit 1' && hasnt 'exit 0' && has 'cannot write' ;;
    two-models-one-firmware) hasnt 'multiple definition' && has 'exit 0' ;;
    unknown-command) exits '2 0' && has "'serach'" ;;
    wrong-kind-of-file) has 'empty' && has 'webp' && has 'heic' && has 'gif' && has 'html' && has 'lfs' && has 'arithmetic' ;;
    *) return 2 ;;
  esac
}

[ -d "$folder" ] || { echo "field-cases: skipped, since $folder is not there"; exit 0; }
mkdir -p "$out"
cases=("$@")
[ ${#cases[@]} -gt 0 ] || mapfile -t cases < <(cd "$folder" && ls -d */ | tr -d /)
for name in "${cases[@]}"; do
  script=$folder/$name/run.sh
  [ -f "$script" ] || { echo "skipped   $name: no run.sh"; skipped=$((skipped + 1)); continue; }
  tool=$(missing_for "$script")
  [ -z "$tool" ] || { echo "skipped   $name: $tool is not installed"; skipped=$((skipped + 1)); continue; }
  M=$program bash "$script" > "$out/$name.txt" 2>&1
  text=$(cat "$out/$name.txt")
  why=$(judge "$name")
  case $? in
    0) echo "passed    $name"; passed=$((passed + 1)) ;;
    1) echo "failed    $name, see $out/$name.txt"; sed -n 's/^# EXPECTED: /    /p' "$script"; echo "$why"; failed=$((failed + 1)) ;;
    *) echo "to judge  $name"; sed -n 's/^# EXPECTED: /    /p' "$script"; sed 's/^/    | /' "$out/$name.txt"; unjudged=$((unjudged + 1)) ;;
  esac
done
echo "$passed passed, $failed failed, $skipped skipped, $unjudged to judge"
[ "$failed" = 0 ]
