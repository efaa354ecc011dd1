#include "nn/quant/integer_engine.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

// Large enough that allocating a task's buffers pays off, small enough that threads share a batch evenly. The result
// does not depend on it.
constexpr int64_t kImagesPerTask = 8;

template <class Body>
void for_image_ranges(int64_t count, const Body& body) {
  parallel_for((count + kImagesPerTask - 1) / kImagesPerTask,
               [&](int64_t task) { body(task * kImagesPerTask, std::min(count, (task + 1) * kImagesPerTask)); });
}

}  // namespace

IntegerEngine::IntegerEngine(const QuantizedModel& model) : spec_(model.spec), layers_(model.layers.size()) {
  parallel_for(spec_.size(), [&](int64_t i) {
    const int layer = static_cast<int>(i);
    layers_[static_cast<size_t>(i)] = operation_of(spec_.layer(layer)).make_byte_layer(model.placed(layer));
  });
  assign_slots();
}

// The layers whose outputs are not read after layer `index`.
std::vector<int> IntegerEngine::last_read_by(int index) const {
  std::vector<int> sources;
  for (const int source : spec_.inputs(index))
    if (source != kImage && spec_.last_reader(source) == index) sources.push_back(source);
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  return sources;
}

void IntegerEngine::assign_slots() {
  std::vector<size_t> free;
  for (int i = 0; i < spec_.size(); ++i) {
    if (free.empty()) {
      free.push_back(slot_sizes_.size());
      slot_sizes_.push_back(0);
    }
    const size_t slot = free.back();
    free.pop_back();
    slot_of_.push_back(slot);
    slot_sizes_[slot] = std::max(slot_sizes_[slot], spec_.shape(i).size());
    for (const int source : last_read_by(i)) free.push_back(slot_of_[static_cast<size_t>(source)]);
  }
}

IntegerEngine::Workspace IntegerEngine::make_workspace(bool with_slots) const {
  int64_t scratch = 0;
  for (const auto& layer : layers_) scratch = std::max(scratch, layer->workspace_size());
  Workspace workspace{ByteBuffer(spec_.input().size()), ByteBuffer(scratch), {}, {}};
  if (with_slots)
    for (const int64_t size : slot_sizes_) workspace.slots.emplace_back(size);
  return workspace;
}

template <class Place>
void IntegerEngine::run(const uint8_t* image, Workspace& workspace, const Place& place) const {
  std::memcpy(workspace.image.data(), image,
              static_cast<size_t>(spec_.input().size()));  // the caller's buffer may have no slack at its end
  const auto output_of = [&](int layer) -> const uint8_t* {
    return layer == kImage ? workspace.image.data() : place(static_cast<size_t>(layer));
  };
  for (size_t i = 0; i < layers_.size(); ++i) {
    workspace.inputs.clear();
    for (const int source : spec_.layers()[i].inputs) workspace.inputs.push_back(output_of(source));
    layers_[i]->run(workspace.inputs, place(i), workspace.scratch.data());
  }
}

std::vector<int8_t> IntegerEngine::logits(const uint8_t* images, int64_t count) const {
  std::vector<int8_t> logits(static_cast<size_t>(count * spec_.classes()));
  for_image_ranges(count, [&](int64_t first, int64_t end) {
    Workspace workspace = make_workspace(true);
    const auto place = [&](size_t layer) { return workspace.slots[slot_of_[layer]].data(); };
    for (int64_t image = first; image < end; ++image) {
      run(images + image * spec_.input().size(), workspace, place);
      std::transform(place(layers_.size() - 1), place(layers_.size() - 1) + spec_.classes(),
                     logits.begin() + image * spec_.classes(),
                     [](uint8_t byte) { return static_cast<int8_t>(int{byte} - 128); });
    }
  });
  return logits;
}

std::vector<int> IntegerEngine::predict(const uint8_t* images, int64_t count) const {
  const std::vector<int8_t> all = logits(images, count);
  std::vector<int> answers;
  for (auto row = all.begin(); row != all.end(); row += spec_.classes())
    answers.push_back(static_cast<int>(std::max_element(row, row + spec_.classes()) - row));
  return answers;
}

std::vector<ByteBuffer> IntegerEngine::outputs(const uint8_t* images, int64_t count) const {
  std::vector<ByteBuffer> outputs;
  for (int i = 0; i < spec_.size(); ++i) outputs.emplace_back(count * spec_.shape(i).size());
  for_image_ranges(count, [&](int64_t first, int64_t end) {
    Workspace workspace = make_workspace(false);
    for (int64_t image = first; image < end; ++image) {
      const auto place = [&](size_t layer) {
        return outputs[layer].data() + image * spec_.shape(static_cast<int>(layer)).size();
      };
      run(images + image * spec_.input().size(), workspace, place);
    }
  });
  return outputs;
}

std::vector<int> integer_predict(const QuantizedModel& model, const uint8_t* images, int64_t count) {
  return IntegerEngine(model).predict(images, count);
}

}  // namespace mininas
