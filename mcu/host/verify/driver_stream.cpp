#include "mcu/host/verify/driver_stream.h"

#include <algorithm>

#include "core/error.h"
#include "mcu/host/verify/compile.h"

namespace mininas {
namespace {

// As in mcu/boards/driver.c.
constexpr uint32_t kTagHead = 0xFFFFFFFD, kTagTicks = 0xFFFFFFFE, kTagTrouble = 0xFFFFFFFF;
constexpr uint32_t kMaxMessageLength = 1000;

int64_t bytes_of_layers(const NetworkSpec& spec) {
  int64_t sum = 0;
  for (int i = 0; i < spec.size(); ++i) sum += spec.shape(i).size();
  return sum;
}

}  // namespace

DriverStream::DriverStream(const QuantizedModel& model, const std::vector<std::string>& command,
                           const std::filesystem::path& folder, const std::filesystem::path& errors)
    : model_(model), errors_(errors), process_(command, errors, folder) {
  const auto head = take_words(kTagHead, 3, "words of the head");
  init_status_ = head[0];
  expect(head[1], model.spec.input().size(), "bytes of an image");
  expect(head[2], model.spec.size(), "layers");
}

void DriverStream::compare_image(const uint8_t* pixels, int64_t image, Verification& result) {
  const IntegerOutputs expected = integer_forward(model_, pixels, 1);
  take_layers();
  for (size_t layer = 0; layer < model_.layers.size(); ++layer)
    compare_layer(expected.layers[layer], image, layer, result);
  ++result.images;
}

DriverTicks DriverStream::finish() {
  const auto words = take_words(kTagTicks, 3 + model_.layers.size(), "words of ticks");
  if (const std::string end = process_.wait(); !end.empty()) died(end);
  return {words[0] | uint64_t{words[1]} << 32, words[2], {words.begin() + 3, words.end()}};
}

// If the program reports an error, it is thrown here.
DriverStream::Record DriverStream::next_record() {
  Record record{};
  take(&record, sizeof record);
  if (record.tag != kTagTrouble) return record;
  std::string why(std::min(record.bytes, kMaxMessageLength), ' ');
  take(why.data(), why.size());
  throw IoError(text("the exported network's program says: ", why));
}

std::vector<uint32_t> DriverStream::take_words(uint32_t tag, size_t count, const char* what) {
  const Record record = next_record();
  expect(record.tag, tag, "the tag of a record");
  expect(record.bytes, static_cast<int64_t>(count * sizeof(uint32_t)), what);
  std::vector<uint32_t> words(count);
  take(words.data(), record.bytes);
  return words;
}

// Reads the layers of one image. The pieces of a layer come in order, from its first byte to its last.
void DriverStream::take_layers() {
  const NetworkSpec& spec = model_.spec;
  found_.assign(model_.layers.size(), {});
  for (int64_t missing = bytes_of_layers(spec); missing > 0;) {
    const Record record = next_record();
    if (record.tag >= found_.size()) expect(record.tag, spec.size() - 1, "the index of a layer, at most");
    const int64_t bytes = spec.shape(static_cast<int>(record.tag)).size();
    std::vector<int8_t>& layer = found_[record.tag];
    expect(record.offset, static_cast<int64_t>(layer.size()), "the next byte of a layer");
    const int64_t end = int64_t{record.offset} + record.bytes;
    if (record.bytes == 0 || end > bytes) expect(static_cast<uint32_t>(end), bytes, "bytes of a layer");
    layer.resize(static_cast<size_t>(end));
    take(layer.data() + record.offset, record.bytes);
    missing -= record.bytes;
  }
}

void DriverStream::take(void* out, size_t count) {
  if (process_.read({static_cast<std::byte*>(out), count}) == count) return;
  const std::string end = process_.wait();
  died(end.empty() ? "an early end" : end);
}

void DriverStream::died(const std::string& end) const {
  throw IoError(text("the exported network's program ended with ", end, ": ", first_line_of(errors_)));
}

void DriverStream::expect(uint32_t found, int64_t expected, const char* what) const {
  if (found != expected)
    throw ConfigError(text("the folder holds another network: ", what, ": expected ", expected, ", found ", found));
}

void DriverStream::compare_layer(const std::vector<int8_t>& expected, int64_t image, size_t layer,
                                 Verification& result) const {
  const std::vector<int8_t>& found = found_[layer];
  result.bytes_compared += static_cast<int64_t>(expected.size());
  if (found == expected) return;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] == found[i]) continue;
    ++result.bytes_different;
    if (result.first) continue;
    const ImageShape& shape = model_.spec.shape(static_cast<int>(layer));
    const int place = static_cast<int>(i), channels = shape.channels, width = shape.width;
    result.first = {image,
                    model_.spec.layers()[layer].name,
                    place / channels / width,
                    place / channels % width,
                    place % channels,
                    expected[i],
                    found[i]};
  }
}

}  // namespace mininas
