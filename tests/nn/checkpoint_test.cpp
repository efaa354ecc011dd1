// Training that was interrupted and goes on, and what a checkpoint refuses.
#include "nn/train/checkpoint.h"

#include <cmath>
#include <functional>
#include <memory>

#include "core/error.h"
#include "core/io/file.h"
#include "nn/quant/quantized_network.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/changed_network.h"
#include "tests/support/temp_dir.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;

namespace {

TrainConfig recipe() { return short_recipe(4); }

ImageSet images_of(const NetworkSpec& spec) { return noise_images(spec.input(), spec.classes(), 20, Rng(6)); }

std::unique_ptr<Trainable> float_network() { return std::make_unique<Network>(residual_network(), kPixels, Rng(1)); }

std::unique_ptr<Trainable> quantized_network() {
  Network network(residual_network(), kPixels, Rng(1));
  randomize_norms(network, Rng(2));
  return std::make_unique<QuantizedNetwork>(network, std::vector<std::string>{"a", "b"}, images_of(network.spec()));
}

struct Outcome {
  std::string digest;
  std::vector<EpochResult> epochs;
};

Outcome run(Trainable& network, const TrainHooks& hooks, const TrainConfig& config = recipe()) {
  const Threads one(1);
  const ImageSet images = images_of(network.spec());
  const TrainResult result = train(network, images, &images, config, hooks);
  return {weights_sha256(network), result.epochs};
}

void check_same(const Outcome& found, const Outcome& expected) {
  CHECK(found.digest == expected.digest);
  REQUIRE(found.epochs.size() == expected.epochs.size());
  for (size_t i = 0; i < found.epochs.size(); ++i) {
    const EpochResult &f = found.epochs[i], &e = expected.epochs[i];
    CHECK(f.epoch == e.epoch);
    CHECK(f.learning_rate == e.learning_rate);
    CHECK(f.train_loss == e.train_loss);
    CHECK(f.train_accuracy == e.train_accuracy);
    CHECK(f.eval_accuracy == e.eval_accuracy);
  }
}

// A finished run's checkpoint.
void leave_checkpoint(const std::filesystem::path& path) {
  run(*float_network(), {.on_step = {}, .on_epoch = {}, .checkpoint = path});
}

}  // namespace

TEST_CASE("training that is interrupted after any epoch and resumed equals uninterrupted training",
          "[nn][checkpoint]") {
  for (const auto make : {float_network, quantized_network}) {
    const Outcome whole_run = run(*make(), {});
    for (int last = 0; last < recipe().epochs; ++last) {
      const TempDir folder;
      const auto stop = [&](const EpochResult& e) {
        if (e.epoch == last) throw Interrupted("stopped");
      };
      CHECK_THROWS_AS(run(*make(), {.on_step = {}, .on_epoch = stop, .checkpoint = folder / "c"}), Interrupted);
      check_same(run(*make(), {.on_step = {}, .on_epoch = {}, .checkpoint = folder / "c"}), whole_run);
    }
  }
}

TEST_CASE("training that is interrupted in the middle of an epoch repeats only that epoch", "[nn][checkpoint]") {
  const Outcome whole_run = run(*float_network(), {});
  const TempDir folder;
  const auto stop = [](const TrainProgress& p) {
    if (p.epoch == 2 && p.step == 2) throw Interrupted("stopped");
  };
  CHECK_THROWS_AS(run(*float_network(), {.on_step = stop, .on_epoch = {}, .checkpoint = folder / "c"}), Interrupted);
  std::vector<int> epochs;
  const auto note = [&](const EpochResult& e) { epochs.push_back(e.epoch); };
  check_same(run(*float_network(), {.on_step = {}, .on_epoch = note, .checkpoint = folder / "c"}), whole_run);
  CHECK(epochs == std::vector<int>{2, 3});
}

TEST_CASE("interrupted again and again, with other numbers of threads, ends with the same bits", "[nn][checkpoint]") {
  const Outcome whole_run = run(*float_network(), {});
  const TempDir folder;
  const ImageSet images = images_of(residual_network());
  for (int call = 0; call < 3; ++call) {
    const Threads threads(call + 1);
    const auto network = float_network();
    const TrainHooks hooks{.on_step = {},
                           .on_epoch = [](const EpochResult&) { throw Interrupted("stopped"); },
                           .checkpoint = folder / "c"};
    CHECK_THROWS_AS(train(*network, images, &images, recipe(), hooks), Interrupted);
  }
  check_same(run(*float_network(), {.on_step = {}, .on_epoch = {}, .checkpoint = folder / "c"}), whole_run);
}

TEST_CASE("a step limit holds over interruptions", "[nn][checkpoint]") {
  TrainConfig config = recipe();
  config.max_steps = 7;  // two epochs of three steps, and one step
  const Outcome whole_run = run(*float_network(), {}, config);
  const TempDir folder;
  const auto stop = [](const EpochResult& e) {
    if (e.epoch == 1) throw Interrupted("stopped");
  };
  CHECK_THROWS_AS(run(*float_network(), {.on_step = {}, .on_epoch = stop, .checkpoint = folder / "c"}, config),
                  Interrupted);
  check_same(run(*float_network(), {.on_step = {}, .on_epoch = {}, .checkpoint = folder / "c"}, config), whole_run);
}

TEST_CASE("a finished run called again does nothing but give its result", "[nn][checkpoint]") {
  const TempDir folder;
  leave_checkpoint(folder / "c");
  const auto never = [](const TrainProgress&) { FAIL("trained on"); };
  check_same(run(*float_network(), {.on_step = never, .on_epoch = {}, .checkpoint = folder / "c"}),
             run(*float_network(), {}));
}

TEST_CASE("a checkpoint of another recipe is refused, whichever field differs and however little", "[nn][checkpoint]") {
  const TempDir folder;
  leave_checkpoint(folder / "c");
  const std::vector<std::function<void(TrainConfig&)>> changes{
      [](TrainConfig& c) { c.epochs = 5; },
      [](TrainConfig& c) { c.batch = 9; },
      [](TrainConfig& c) { c.max_steps = 100; },
      [](TrainConfig& c) { c.learning_rate = std::nextafter(c.learning_rate, 1.0f); },
      [](TrainConfig& c) { c.momentum = std::nextafter(c.momentum, 0.0f); },
      [](TrainConfig& c) { c.weight_decay = std::nextafter(c.weight_decay, 1.0f); },
      [](TrainConfig& c) { c.clip_norm = std::nextafter(c.clip_norm, 9.0f); },
      [](TrainConfig& c) { c.label_smoothing = 1e-9f; },
      [](TrainConfig& c) { c.schedule = ScheduleStep::kBeforeEpoch; },
      [](TrainConfig& c) { c.augmentation.crop_padding = 2; },
      [](TrainConfig& c) { c.augmentation.horizontal_flip = false; },
      [](TrainConfig& c) { c.augmentation.cutout = 4; },
      [](TrainConfig& c) { c.seed = 5; }};
  for (size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    TrainConfig config = recipe();
    changes[i](config);
    const TrainHooks hooks{.on_step = {}, .on_epoch = {}, .checkpoint = folder / "c"};
    CHECK_THROWS_AS(run(*float_network(), hooks, config), FormatError);
    CHECK_THROWS_WITH(run(*float_network(), hooks, config),
                      Catch::Contains((folder / "c").string()) && Catch::Contains("another training run"));
  }
}

TEST_CASE("a checkpoint of other data or of another network is refused, even one with the same weights",
          "[nn][checkpoint]") {
  const TempDir folder;
  leave_checkpoint(folder / "c");
  const TrainHooks hooks{.on_step = {}, .on_epoch = {}, .checkpoint = folder / "c"};
  const auto check_refused = [&](Trainable& network, const ImageSet& images) {
    CHECK_THROWS_WITH(train(network, images, nullptr, recipe(), hooks), Catch::Contains("another training run"));
  };
  const NetworkSpec spec = residual_network();
  ImageSet images = images_of(spec);
  const NetworkSpec without_stride = with_layers(spec, [](std::vector<LayerSpec>& layers) { layers[0].stride = 1; });
  Network other_stride(without_stride, kPixels, Rng(1)), other_seed(spec, kPixels, Rng(2)),
      other_scale(spec, {.zero = 120, .scale = 0.021f}, Rng(1));
  check_refused(other_stride, images);
  check_refused(other_seed, images);
  check_refused(other_scale, images);
  images.pixels.back() = static_cast<uint8_t>(images.pixels.back() ^ 1);
  check_refused(*float_network(), images);
}

TEST_CASE("a damaged or truncated checkpoint is refused with its path", "[nn][checkpoint]") {
  const TempDir folder;
  leave_checkpoint(folder / "c");
  const auto bytes = read_file(folder / "c");
  const auto check_refused = [&](const std::vector<std::byte>& damaged) {
    write_file(folder / "d", damaged);
    const TrainHooks hooks{.on_step = {}, .on_epoch = {}, .checkpoint = folder / "d"};
    CHECK_THROWS_AS(run(*float_network(), hooks), FormatError);
    CHECK_THROWS_WITH(run(*float_network(), hooks), Catch::StartsWith((folder / "d").string()));
  };
  for (size_t i = 0; i < bytes.size(); i += bytes.size() / 12) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{4};
    check_refused(damaged);
  }
  for (const size_t size : {size_t{0}, size_t{20}, bytes.size() / 2, bytes.size() - 1})
    check_refused({bytes.begin(), bytes.begin() + static_cast<int64_t>(size)});
}

TEST_CASE("no checkpoint is no error: nothing is loaded", "[nn][checkpoint]") {
  const TempDir folder;
  const auto network = float_network();
  SgdOptimizer optimizer(network->parameters(), 0.9f, 0.0f, 0.0f);
  std::vector<EpochResult> epochs;
  int64_t steps = 0;
  CHECK_FALSE(load_checkpoint({*network, optimizer, epochs, steps}, "identity", folder / "none"));
  CHECK(epochs.empty());
}
