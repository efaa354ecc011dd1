// The training loop: what it learns, its schedule and limits, the data it refuses, and its evaluation.
#include "nn/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "nn/train/optimizer.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;

namespace {

TrainConfig short_config() { return short_recipe(3); }

ImageSet few_images(int64_t count = 20) { return noise_images({7, 6, 3}, 3, count, Rng(6)); }

// Answers nothing and notes the bytes that it is shown.
class Spy final : public Trainable {
 public:
  explicit Spy(const ImageShape& shape)
      : spec_(shape, 2,
              {{"pool", LayerKind::kGlobalAveragePool, {kImage}, shape.channels},
               {"classifier", LayerKind::kLinear, {0}, 2}}) {}
  Var forward(Tape& tape, const ImageBatch& batch, Phase) override {
    shown.insert(shown.end(), batch.pixels, batch.pixels + batch.count * spec_.input().size());
    return tape.constant(Tensor::zeros({batch.count, 1, 1, 2}));
  }
  const NetworkSpec& spec() const override { return spec_; }
  uint8_t zero_byte() const override { return 99; }
  std::vector<Parameter*> parameters() override { return {}; }
  std::vector<Tensor*> state() override { return {}; }
  std::vector<uint8_t> shown;

 private:
  NetworkSpec spec_;
};

struct Trained {
  TrainResult result;
  std::string digest;
};

Trained train_plain(const TrainConfig& config, const ImageSet& images = few_images(), const TrainHooks& hooks = {}) {
  const Threads one(1);  // steps this small are done before a second thread has begun
  Network network(plain_network(), kPixels, Rng(1));
  Trained trained{train(network, images, nullptr, config, hooks), ""};
  trained.digest = weights_sha256(network);
  return trained;
}

}  // namespace

TEST_CASE("training learns a small data set, and its record shows it", "[nn][trainer]") {
  const Threads one(1);
  const Dataset data = learnable_images();
  Network network(learning_network(data.train.shape, 2), measure_pixel_scale(data.train), Rng(2));
  const TrainConfig config{.epochs = 8,
                           .batch = 32,
                           .learning_rate = 0.1f,
                           .augmentation = {.crop_padding = 1, .horizontal_flip = true, .cutout = 0},
                           .seed = 1};
  const double before = evaluate(network, data.test).accuracy();
  const TrainResult result = train(network, data.train, &data.test, config, {});
  REQUIRE(result.epochs.size() == 8);
  CHECK(before < 0.75);
  CHECK(result.epochs.back().eval_accuracy > 0.9);
  CHECK(result.epochs.back().eval_accuracy == evaluate(network, data.test).accuracy());
  CHECK(result.epochs.back().train_accuracy > 0.85);
  CHECK(result.epochs.back().train_loss < 0.6 * result.epochs.front().train_loss);
  CHECK(result.seconds > 0.0);
}

TEST_CASE("learning rates follow the cosine of finished epochs, or of the epoch to come as published",
          "[nn][trainer]") {
  TrainConfig config = short_config();
  for (const auto& [schedule, first] :
       {std::pair{ScheduleStep::kAfterEpoch, 0}, std::pair{ScheduleStep::kBeforeEpoch, 1}}) {
    config.schedule = schedule;
    const auto epochs = train_plain(config).result.epochs;
    REQUIRE(epochs.size() == 3);
    for (int e = 0; e < 3; ++e) {
      CHECK(epochs[static_cast<size_t>(e)].epoch == e);
      CHECK(epochs[static_cast<size_t>(e)].learning_rate == cosine_rate(double{config.learning_rate}, e + first, 3));
    }
  }
}

TEST_CASE("the last epoch of the published schedule changes no weight", "[nn][trainer]") {
  TrainConfig config = short_config();
  config.schedule = ScheduleStep::kBeforeEpoch;
  std::vector<std::vector<float>> weights;
  const Threads one(1);
  Network network(plain_network(), kPixels, Rng(1));
  const TrainHooks hooks{.on_step = {},
                         .on_epoch =
                             [&](const EpochResult&) {
                               const auto values = network.layers()[0].weight.value.values();
                               weights.emplace_back(values.begin(), values.end());
                             },
                         .checkpoint = {}};
  train(network, few_images(), nullptr, config, hooks);
  CHECK(weights[0] != weights[1]);
  CHECK(weights[1] == weights[2]);
}

TEST_CASE("progress counts every step, the last and smaller one of an epoch too", "[nn][trainer]") {
  std::vector<std::pair<int, int>> seen;
  double loss_sum = 0.0;
  const TrainHooks hooks{.on_step =
                             [&](const TrainProgress& p) {
                               CHECK(p.steps == 3);
                               CHECK(p.epochs == 3);
                               seen.emplace_back(p.epoch, p.step);
                               if (p.epoch == 0) loss_sum += p.loss * (p.step < 3 ? 8.0 : 4.0);
                             },
                         .on_epoch = {},
                         .checkpoint = {}};
  const auto trained = train_plain(short_config(), few_images(20), hooks);
  CHECK(seen.size() == 9);
  CHECK(seen.front() == std::pair{0, 1});
  CHECK(seen.back() == std::pair{2, 3});
  CHECK(trained.result.epochs[0].train_loss == Approx(loss_sum / 20.0));
  CHECK(trained.result.epochs[0].eval_accuracy == -1.0);
}

TEST_CASE("every image is shown once an epoch, in another order each time", "[nn][trainer]") {
  ImageSet images{.shape = {1, 1, 1}, .class_names = {"a", "b"}, .pixels = {}, .labels = std::vector<int>(50)};
  for (int i = 0; i < 50; ++i) images.pixels.push_back(static_cast<uint8_t>(i));
  const Threads one(1);
  Spy spy(images.shape);
  train(spy, images, nullptr,
        {.epochs = 2, .batch = 8, .augmentation = {.crop_padding = 0, .horizontal_flip = false, .cutout = 0}}, {});
  std::vector<uint8_t> first(spy.shown.begin(), spy.shown.begin() + 50),
      second(spy.shown.begin() + 50, spy.shown.end());
  CHECK(first != second);
  for (auto* epoch : {&first, &second}) {
    CHECK(*epoch != images.pixels);
    std::sort(epoch->begin(), epoch->end());
    CHECK(*epoch == images.pixels);
  }
}

TEST_CASE(
    "an image is augmented the same way whatever the batches, differently each epoch, with the byte of 0 at the border",
    "[nn][trainer]") {
  const Threads one(1);
  const ImageSet images = noise_images({6, 5, 3}, 2, 20, Rng(3));
  const Augmentation augmentation{.crop_padding = 2, .horizontal_flip = true, .cutout = 3};
  std::vector<std::vector<uint8_t>> shown;
  for (const int batch : {20, 7}) {
    Spy spy(images.shape);
    train(spy, images, nullptr, {.epochs = 2, .batch = batch, .augmentation = augmentation}, {});
    shown.push_back(spy.shown);
  }
  CHECK(shown[0] == shown[1]);
  const auto middle = shown[0].begin() + static_cast<int64_t>(shown[0].size() / 2);
  CHECK_FALSE(std::equal(shown[0].begin(), middle, middle));
  CHECK(std::count(shown[0].begin(), shown[0].end(), 99) > 1000);  // by chance alone about 14 of 3600
}

TEST_CASE("a step limit ends training in the middle of an epoch", "[nn][trainer]") {
  TrainConfig config = short_config();
  config.max_steps = 4;
  int steps = 0;
  const TrainHooks hooks{.on_step = [&](const TrainProgress&) { ++steps; }, .on_epoch = {}, .checkpoint = {}};
  const auto limited = train_plain(config, few_images(20), hooks);
  CHECK(steps == 4);
  CHECK(limited.result.epochs.size() == 2);
  config.max_steps = 6;
  CHECK(train_plain(config).result.epochs.size() == 2);
  config.max_steps = 9;
  CHECK(train_plain(config).digest == train_plain(short_config()).digest);
}

TEST_CASE("label smoothing, momentum, decay, clipping, augmentation and seed each change what is learned",
          "[nn][trainer]") {
  const std::string base = train_plain(short_config()).digest;
  CHECK(train_plain(short_config()).digest == base);
  const std::vector<std::function<void(TrainConfig&)>> changes{
      [](TrainConfig& c) { c.label_smoothing = 0.1f; },
      [](TrainConfig& c) { c.momentum = 0.8f; },
      [](TrainConfig& c) { c.weight_decay = 0.01f; },
      [](TrainConfig& c) { c.clip_norm = 0.1f; },
      [](TrainConfig& c) { c.batch = 7; },
      [](TrainConfig& c) { c.augmentation.crop_padding = 2; },
      [](TrainConfig& c) { c.augmentation.horizontal_flip = false; },
      [](TrainConfig& c) { c.augmentation.cutout = 0; },
      [](TrainConfig& c) { c.augmentation.tone = 20; },
      [](TrainConfig& c) { c.augmentation.negative = true; },
      [](TrainConfig& c) { c.seed = 5; },
      [](TrainConfig& c) { c.schedule = ScheduleStep::kBeforeEpoch; }};
  for (size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    TrainConfig config = short_config();
    changes[i](config);
    CHECK(train_plain(config).digest != base);
  }
}

TEST_CASE("the loss is the smoothed one", "[nn][trainer]") {
  TrainConfig config = short_config();
  config.label_smoothing = 0.3f;
  config.max_steps = 1;
  config.batch = 20;
  config.augmentation = {.crop_padding = 0, .horizontal_flip = false, .cutout = 0};
  const ImageSet images = few_images(20);
  Network network(plain_network(), kPixels, Rng(1));
  Tape tape(Tape::Mode::kForwardOnly);
  const Var logits = network.forward(tape, whole(images), Phase::kTraining);
  const double expected = double{tape.value(softmax_cross_entropy(tape, logits, images.labels, 0.3f)).data()[0]};
  CHECK(train_plain(config, images).result.epochs[0].train_loss == Approx(expected).epsilon(1e-5));
}

TEST_CASE("class weights make few images of a class count as much as many of another", "[nn][trainer]") {
  Dataset data = learnable_images();
  std::vector<int64_t> kept;
  int few = 0;
  for (int64_t i = 0; i < data.train.count(); ++i)
    if (data.train.labels[static_cast<size_t>(i)] == 0 || few++ < 8) kept.push_back(i);
  data.train = select_images(data.train, kept);
  const auto trained = [&](bool weights) {
    Network network(learning_network(data.train.shape, 2), measure_pixel_scale(data.train), Rng(1));
    train(network, data.train, nullptr, {.epochs = 12, .batch = 16, .learning_rate = 0.05f, .class_weights = weights},
          {});
    return evaluate(network, data.test);
  };
  const Evaluation plain = trained(false), weighted = trained(true);
  CHECK(weighted.class_accuracy(1) > plain.class_accuracy(1) + 0.2);
  CHECK(weighted.balanced_accuracy() > plain.balanced_accuracy());
}

TEST_CASE("class weights change nothing where classes are of equal size", "[nn][trainer]") {
  ImageSet images = few_images(21);
  for (size_t i = 0; i < images.labels.size(); ++i) images.labels[i] = static_cast<int>(i % 3);
  TrainConfig config = short_config();
  const std::string plain = train_plain(config, images).digest;
  config.class_weights = true;
  CHECK(train_plain(config, images).digest == plain);
  images.labels[0] = 1;
  CHECK(train_plain(config, images).digest != plain);
}

TEST_CASE("what is measured after an epoch is what the hooks ask for, every so many epochs and at the end",
          "[nn][trainer]") {
  const ImageSet images = few_images();
  Network network(learning_network(images.shape, 3), kPixels, Rng(2));
  TrainHooks hooks;
  hooks.measure = [](const Evaluation& e) { return static_cast<double>(e.images); };
  hooks.evaluate_every = 2;
  std::vector<double> measured;
  for (const EpochResult& epoch : train(network, images, &images, {.epochs = 5, .batch = 8}, hooks).epochs)
    measured.push_back(epoch.eval_accuracy);
  CHECK(measured == std::vector<double>{-1, 20, -1, 20, 20});
}

TEST_CASE(
    "the evaluation after the last epoch is handed on, so that nobody needs another; where none was due there is none",
    "[nn][trainer]") {
  const ImageSet images = few_images();
  Network network(learning_network(images.shape, 3), kPixels, Rng(2));
  TrainHooks hooks;
  hooks.evaluate_every = 2;
  const TrainResult whole = train(network, images, &images, {.epochs = 3, .batch = 8}, hooks);
  REQUIRE(whole.last);
  CHECK(whole.last->confusion == evaluate(network, images).confusion);
  CHECK(whole.last->accuracy() == whole.epochs.back().eval_accuracy);
  CHECK_FALSE(train(network, images, &images, {.epochs = 3, .batch = 8, .max_steps = 2}, hooks).last);
  CHECK_FALSE(train(network, images, nullptr, {.epochs = 1, .batch = 8}, {}).last);
}

TEST_CASE("the balanced accuracy is the mean of the classes that have images, the worst class the least of them",
          "[nn][trainer]") {
  const Evaluation e{.images = 45, .correct = 41, .confusion = {{40, 0, 0}, {0, 0, 0}, {4, 0, 1}}};
  CHECK(e.chance() == Approx(40.0 / 45));
  CHECK(e.class_accuracy(0) == 1);
  CHECK(e.class_accuracy(1) == -1);
  CHECK(e.balanced_accuracy() == Approx(0.6));
  CHECK(e.worst_class() == 2);
}

TEST_CASE("each field of a training recipe has a legal range, named where it is left", "[nn][trainer]") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::pair<const char*, std::function<void(TrainConfig&)>>> cases{
      {"epochs", [](TrainConfig& c) { c.epochs = 0; }},
      {"epochs", [](TrainConfig& c) { c.epochs = 100001; }},
      {"batch", [](TrainConfig& c) { c.batch = 1; }},
      {"batch", [](TrainConfig& c) { c.batch = 65537; }},
      {"steps", [](TrainConfig& c) { c.max_steps = -1; }},
      {"lr", [](TrainConfig& c) { c.learning_rate = 0.0f; }},
      {"lr", [](TrainConfig& c) { c.learning_rate = 101.0f; }},
      {"lr", [](TrainConfig& c) { c.learning_rate = kNan; }},
      {"momentum", [](TrainConfig& c) { c.momentum = 1.0f; }},
      {"momentum", [](TrainConfig& c) { c.momentum = -0.1f; }},
      {"weight-decay", [](TrainConfig& c) { c.weight_decay = -1e-9f; }},
      {"weight-decay", [](TrainConfig& c) { c.weight_decay = 1.5f; }},
      {"clip", [](TrainConfig& c) { c.clip_norm = -1.0f; }},
      {"clip", [](TrainConfig& c) { c.clip_norm = kNan; }},
      {"label-smoothing", [](TrainConfig& c) { c.label_smoothing = 1.0f; }},
      {"label-smoothing", [](TrainConfig& c) { c.label_smoothing = -0.1f; }},
      {"crop-padding", [](TrainConfig& c) { c.augmentation.crop_padding = -1; }},
      {"cutout", [](TrainConfig& c) { c.augmentation.cutout = -1; }},
      {"tone", [](TrainConfig& c) { c.augmentation.tone = 101; }}};
  CHECK_NOTHROW(validate(TrainConfig{}));
  for (const auto& [field, change] : cases) {
    TrainConfig config;
    change(config);
    CHECK_THROWS_AS(validate(config), ConfigError);
    CHECK_THROWS_WITH(validate(config), Catch::StartsWith(std::string(field) + " ") && Catch::Contains(": expected "));
    CHECK_THROWS_WITH(train_plain(config),
                      Catch::StartsWith(std::string(field) + " ") && Catch::Contains(": expected "));
  }
}

TEST_CASE("images that do not fit the network are refused with both shapes", "[nn][trainer]") {
  Network network(plain_network(), kPixels, Rng(1));
  const ImageSet wrong_shape = noise_images({6, 7, 3}, 3, 4, Rng(1)),
                 wrong_classes = noise_images({7, 6, 3}, 2, 4, Rng(1)), none = noise_images({7, 6, 3}, 3, 0, Rng(1));
  for (const ImageSet* images : {&wrong_shape, &wrong_classes}) {
    CHECK_THROWS_WITH(train(network, *images, nullptr, short_config(), {}),
                      Catch::Contains("do not fit a network for 7x6x3 and 3 classes"));
    CHECK_THROWS_WITH(evaluate(network, *images), Catch::Contains(text("images of ", to_text(images->shape), " in ",
                                                                       images->classes(), " classes")));
  }
  CHECK_THROWS_AS(train(network, none, nullptr, short_config(), {}), ConfigError);
  CHECK_THROWS_WITH(evaluate(network, none), Catch::Contains("no images"));
}

TEST_CASE("evaluation counts each image once in the row of its label and the column of its answer", "[nn][trainer]") {
  ImageSet images = noise_images({1, 1, 1}, 3, 6, Rng(1));
  images.labels = {0, 0, 1, 2, 2, 2};
  const Evaluation e = evaluate(std::vector<int>{0, 1, 1, 0, 2, 2}, images);
  CHECK(e.images == 6);
  CHECK(e.correct == 4);
  CHECK(e.accuracy() == Approx(4.0 / 6.0));
  CHECK(e.confusion == std::vector<std::vector<int64_t>>{{1, 1, 0}, {0, 1, 0}, {1, 0, 2}});
  CHECK_THROWS_AS(evaluate(std::vector<int>{0, 1}, images), std::logic_error);
  CHECK(Evaluation{}.accuracy() == 0.0);
}

TEST_CASE("evaluation of many images is that of each alone, whatever the batches", "[nn][trainer]") {
  const ImageSet images = few_images(131);  // more than one batch, the last of three
  Network network(plain_network(), kPixels, Rng(1));
  randomize_norms(network, Rng(2));
  const Evaluation together = evaluate(network, images);
  Evaluation sum{.confusion = std::vector(3, std::vector<int64_t>(3))};
  for (int64_t i = 0; i < images.count(); ++i) {
    const Evaluation one = evaluate(network, select_images(images, {i}));
    sum.correct += one.correct;
    for (size_t a = 0; a < 3; ++a)
      for (size_t b = 0; b < 3; ++b) sum.confusion[a][b] += one.confusion[a][b];
  }
  CHECK(together.images == 131);
  CHECK(together.correct == sum.correct);
  CHECK(together.confusion == sum.confusion);
}

TEST_CASE("equal logits answer with the first class", "[nn][trainer]") {
  Network network(plain_network(), kPixels, Rng(1));
  for (float& value : network.layers().back().weight.value.values()) value = 0.0f;
  for (float& value : network.layers().back().bias.value.values()) value = 1.0f;
  const ImageSet images = few_images(9);
  const Evaluation e = evaluate(network, images);
  CHECK(e.correct == std::count(images.labels.begin(), images.labels.end(), 0));
}

TEST_CASE("a batch with a single pixel per channel trains and stays finite", "[nn][trainer]") {
  NetworkSpec spec{{1, 1, 3},
                   2,
                   {{"conv", LayerKind::kConv, {kImage}, 4, 3, 2, false, true, true},
                    {"classifier", LayerKind::kLinear, {0}, 2, 1, 1, true, false, false}}};
  Network network(spec, kPixels, Rng(1));
  const ImageSet images = noise_images(spec.input(), 2, 9, Rng(2));  // batches of 8 and of 1
  TrainConfig config = short_config();
  config.augmentation = {.crop_padding = 0, .horizontal_flip = true, .cutout = 0};
  const TrainResult result = train(network, images, &images, config, {});
  for (const EpochResult& e : result.epochs) CHECK(std::isfinite(e.train_loss));
  for (const Parameter* p : network.parameters())
    for (const float value : p->value.values()) CHECK(std::isfinite(value));
  for (const Tensor* t : network.state())
    for (const float value : t->values()) CHECK(std::isfinite(value));
}
