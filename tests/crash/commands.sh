# What crash.sh and together.sh share: small commands, the data of a suite, and what is in folders.
# shellcheck shell=sh disable=SC2034  # used there

data='--data synthetic:classes=2,size=8,train=32,test=8'
train_options="$data --arch w4:s3*3 --epochs 2"
search_options="$data --min-width 4 --max-width 8 --max-depth 4 --candidate-epochs 1 --final-epochs 2 --qat-epochs 1"
suite_options='--data-root images --only bird-cat --scale quick'

# put_suite_images FOLDER: CIFAR-10's files with a bird and a cat each.
put_suite_images() {
  mkdir -p "$1/cifar-10-batches-bin"
  printf '%s\n' airplane automobile bird cat deer dog frog horse ship truck > "$1/cifar-10-batches-bin/batches.meta.txt"
  for batch in data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch; do
    LC_ALL=C awk -v name="$batch" 'BEGIN {
      srand(length(name) + substr(name, length(name)))
      for (record = 0; record < 2; ++record) {
        printf "%c", 2 + record % 2
        for (i = 0; i < 3072; ++i) printf "%c", 1 + int(60 * rand()) + 60 * (record % 2)
      }
    }' > "$1/cifar-10-batches-bin/$batch.bin"
  done
}

# contents FOLDER...: all files with digests of what is in them, but for times, and for digests over times.
contents() {
  times='"[a-z_]*\(seconds\|digest\|check\)": *"\{0,1\}[0-9a-fe.+-]*"\{0,1\}'
  for file in $(find "$@" -type f ! -name lock 2> /dev/null | LC_ALL=C sort); do
    case $file in
      *report.html) echo "$file $(tail -n 1 "$file")" ;;
      *.json | *.jsonl) echo "$file $(sed "s/$times//g" "$file" | sha256sum)" ;;
      *) echo "$file $(sha256sum < "$file")" ;;
    esac
  done
}
