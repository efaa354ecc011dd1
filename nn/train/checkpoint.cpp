#include "nn/train/checkpoint.h"

#include "core/error.h"
#include "core/io/binary_io.h"

namespace mininas {
namespace {

constexpr uint32_t kVersion = 1;

std::vector<Tensor*> tensors_of(const TrainingState& state) {
  std::vector<Tensor*> all;
  for (Parameter* p : state.network.parameters()) all.push_back(&p->value);
  for (Tensor& velocity : state.optimizer.velocities()) all.push_back(&velocity);
  for (Tensor* t : state.network.state()) all.push_back(t);
  return all;
}

EpochResult get_epoch(BinaryReader& in) {
  EpochResult e;
  e.epoch = in.get<int32_t>();
  for (double* field : {&e.learning_rate, &e.train_loss, &e.train_accuracy, &e.eval_accuracy, &e.seconds})
    *field = in.get<double>();
  return e;
}

}  // namespace

void save_checkpoint(const TrainingState& state, const std::string& identity, const std::filesystem::path& path) {
  BinaryWriter out("CKPT", kVersion);
  out.put(identity);
  out.put(state.steps);
  out.put(static_cast<uint32_t>(state.epochs.size()));
  for (const EpochResult& e : state.epochs) {
    out.put(int32_t{e.epoch});
    for (const double value : {e.learning_rate, e.train_loss, e.train_accuracy, e.eval_accuracy, e.seconds})
      out.put(value);
  }
  for (const Tensor* tensor : tensors_of(state)) out.put(*tensor);
  out.write(path);
}

bool load_checkpoint(const TrainingState& state, const std::string& identity, const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return false;
  BinaryReader in(path, "CKPT", kVersion);
  if (in.get_text() != identity)
    in.fail(
        "this checkpoint belongs to another training run (network, data or recipe differ); delete it or choose another "
        "folder");
  state.steps = in.get<int64_t>();
  const auto epochs = in.get<uint32_t>();
  for (uint32_t i = 0; i < epochs; ++i) state.epochs.push_back(get_epoch(in));
  for (Tensor* tensor : tensors_of(state)) *tensor = in.get_tensor(tensor->shape(), "weights");
  in.expect_end();
  return true;
}

}  // namespace mininas
