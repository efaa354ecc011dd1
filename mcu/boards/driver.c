/* The verification program, the same for every board and the host: runs images through the exported network and sends
 * the outputs of its layers. Everything is sent in records: a tag, an offset and a number of bytes (32-bit words in the
 * board's byte order), then the bytes.
 *   TAG_HEAD        words: status of mn_init, bytes of an image, number of layers
 *   (layer index)   its output for one image, some rows at a time
 *   TAG_TICKS       words: ticks of one mn_run, not the first (low, high), of board_loop(LOOP_ROUNDS), and of each
 *                   layer in an observed run
 *   TAG_TROUBLE     text: the error that ends the program */
#include "board.h"
#include "model.h"

#define TAG_HEAD 0xFFFFFFFDu
#define TAG_TICKS 0xFFFFFFFEu
#define TAG_TROUBLE 0xFFFFFFFFu
#define LOOP_ROUNDS 500000u
#define GUARD_BYTES 64

/* In bytes, so that its size in the linked file is that of the plan. The guard follows it. */
static int8_t arena[MODEL_ARENA_BYTES + GUARD_BYTES] __attribute__((aligned(4)));
static uint8_t image[MODEL_IMAGE_BYTES];
static int8_t logits[MODEL_CLASSES];

static void send(uint32_t tag, uint32_t offset, const void *bytes, uint32_t count) {
  uint32_t head[3];
  head[0] = tag;
  head[1] = offset;
  head[2] = count;
  board_write(head, sizeof head);
  board_write(bytes, count);
}

void driver_fail(const char *why) {
  uint32_t length = 0;
  while (why[length] != 0) ++length;
  send(TAG_TROUBLE, 0, why, length);
  board_exit(1);
}

static void send_rows(void *context, uint32_t layer, uint32_t offset, const int8_t *values, uint32_t bytes) {
  (void)context;
  send(layer, offset, values, bytes);
}

/* The old contents of the arena must not matter. */
static void fill_arena(int8_t value) {
  size_t i;
  for (i = 0; i < sizeof arena; ++i) arena[i] = value;
}

static void check_guard(int8_t value) {
  size_t i;
  for (i = MODEL_ARENA_BYTES; i < sizeof arena; ++i) {
    if (arena[i] != value) driver_fail("the network wrote behind its arena");
  }
}

static void run(mn_observer *observer, void *context) {
  if (mn_run_observed(MODEL, image, arena, MODEL_ARENA_BYTES, logits, observer, context) != MN_OK)
    driver_fail("mn_run refuses");
}

/* Ticks of each layer, in a run in which layers may alternate. */
typedef struct {
  uint64_t begin;
  uint32_t ticks[3 + MODEL_LAYERS];
} stopwatch;

static void note_rows(void *context, uint32_t layer, uint32_t offset, const int8_t *values, uint32_t bytes) {
  stopwatch *const watch = context;
  (void)offset;
  (void)values;
  (void)bytes;
  watch->ticks[3 + layer] += (uint32_t)(board_ticks() - watch->begin);
  watch->begin = board_ticks();
}

static void send_ticks(void) {
  static stopwatch watch;
  uint64_t begin = board_ticks(), ticks;
  run(0, 0);
  ticks = board_ticks() - begin;
  watch.ticks[0] = (uint32_t)ticks;
  watch.ticks[1] = (uint32_t)(ticks >> 32);
  begin = board_ticks();
  board_loop(LOOP_ROUNDS);
  watch.ticks[2] = (uint32_t)(board_ticks() - begin);
  watch.begin = board_ticks();
  run(note_rows, &watch);
  send(TAG_TICKS, 0, watch.ticks, sizeof watch.ticks);
}

int driver_main(void) {
  const uint32_t head[3] = {(uint32_t)mn_init(MODEL, MODEL_BYTES, arena, MODEL_ARENA_BYTES), MODEL_IMAGE_BYTES,
                            MODEL_LAYERS};
  int8_t value = 0x25;
  send(TAG_HEAD, 0, head, sizeof head);
  while (board_read(image, sizeof image) == sizeof image) {
    value = (int8_t)~value;
    fill_arena(value);
    run(send_rows, 0);
    check_guard(value);
  }
  send_ticks();
  return 0;
}
