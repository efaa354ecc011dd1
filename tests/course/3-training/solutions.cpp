// Solutions of lesson 3.
#include <cstdio>

#include "core/autograd/ops.h"
#include "datasets/synthetic.h"
#include "nn/train/trainer.h"
#include "search/space/build.h"

using namespace mininas;

namespace {

Dataset pictures(int64_t train) {
  return make_synthetic({.classes = 2, .size = 16, .channels = 1, .train = train, .test = 200});
}

Network new_network(const ImageSet& images) {
  return Network(build_network_spec("w4:c3*3", images.shape, images.classes()), measure_pixel_scale(images), Rng(1));
}

// Adds the gradients of the loss on all images to the parameters, and returns the loss.
float add_gradients(Network& network, const ImageSet& images) {
  Tape tape(Tape::Mode::kRecord);
  const Var logits = network.forward(tape, {images.image(0), images.count()}, Phase::kTraining);
  const Var loss = softmax_cross_entropy(tape, logits, images.labels, 0.0f);
  tape.backward(loss);
  return tape.value(loss).at(0, 0, 0, 0);
}

// Steps until the loss is below 0.05. With momentum, a step follows a running sum of the gradients.
int steps_to_learn(const ImageSet& images, float momentum) {
  Network network = new_network(images);
  std::vector<Tensor> velocities;
  for (const Parameter* p : network.parameters()) velocities.push_back(Tensor::zeros(p->value.shape()));
  int steps = 0;
  for (; steps < 500 && add_gradients(network, images) > 0.05f; ++steps)
    for (size_t k = 0; k < velocities.size(); ++k) {
      Parameter& p = *network.parameters()[k];
      for (int64_t i = 0; i < p.value.size(); ++i) {
        float& velocity = velocities[k].data()[i];
        velocity = momentum * velocity + p.gradient.data()[i];
        p.value.data()[i] -= 0.1f * velocity;
      }
      p.gradient = {};
    }
  return steps;
}

// Exercise 3: 1,000 images pass through the training, the same ones again and again or new ones.
void print_generalisation(int64_t count, bool augment) {
  const Dataset data = pictures(count);
  Network network = new_network(data.train);
  TrainConfig config{.epochs = static_cast<int>(1000 / count), .batch = 10, .learning_rate = 0.05f};
  config.augmentation = {.crop_padding = augment ? 2 : 0, .horizontal_flip = augment, .cutout = 0};
  train(network, data.train, nullptr, config, {});
  std::printf("3. %3lld images%s: training %3.0f %%, test %3.0f %%\n", (long long)count,
              augment ? ", shifted and mirrored" : "", 100 * evaluate(network, data.train).accuracy(),
              100 * evaluate(network, data.test).accuracy());
}

}  // namespace

int main() {
  const Dataset ten = pictures(10);
  std::printf("1. without momentum %d steps, with momentum %d\n", steps_to_learn(ten.train, 0.0f),
              steps_to_learn(ten.train, 0.9f));

  ImageSet wrong = ten.train;
  for (size_t i = 0; i < wrong.labels.size(); ++i) wrong.labels[i] = i < 5 ? 0 : 1;  // regardless of the pictures
  std::printf("2. labels that mean nothing: %d steps\n", steps_to_learn(wrong, 0.0f));

  print_generalisation(10, false);
  print_generalisation(10, true);
  print_generalisation(200, false);
}
