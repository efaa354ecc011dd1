// Lesson 3: a training loop, written out, that learns ten images by heart.
#include <cstdio>

#include "core/autograd/ops.h"
#include "datasets/synthetic.h"
#include "nn/train/trainer.h"
#include "search/space/build.h"

using namespace mininas;

namespace {

// One step of gradient descent on all images at once. Returns the loss before the step.
float train_step(Network& network, const ImageSet& images, float learning_rate) {
  Tape tape(Tape::Mode::kRecord);
  const Var logits = network.forward(tape, {images.image(0), images.count()}, Phase::kTraining);
  const Var loss = softmax_cross_entropy(tape, logits, images.labels, 0.0f);
  tape.backward(loss);
  for (Parameter* p : network.parameters()) {
    for (int64_t i = 0; i < p->value.size(); ++i) p->value.data()[i] -= learning_rate * p->gradient.data()[i];
    p->gradient = {};
  }
  return tape.value(loss).at(0, 0, 0, 0);
}

}  // namespace

int main() {
  // Generated pictures of two kinds of texture: rows and columns.
  const Dataset data = make_synthetic({.classes = 2, .size = 16, .channels = 1, .train = 10, .test = 200});
  const NetworkSpec spec = build_network_spec("w4:c3*3", data.train.shape, data.train.classes());
  Network network(spec, measure_pixel_scale(data.train), Rng(1));
  std::printf("%d layers, %lld parameters, %lld training images\n", spec.size(), (long long)parameter_count(spec),
              (long long)data.train.count());
  std::printf("step   loss  training  test\n");
  for (int step = 0; step <= 40; ++step) {
    const float loss = train_step(network, data.train, 0.1f);
    if (step % 5 != 0) continue;
    std::printf("%4d %6.3f %7.0f %% %3.0f %%  ", step, double{loss}, 100 * evaluate(network, data.train).accuracy(),
                100 * evaluate(network, data.test).accuracy());
    for (int mark = 0; mark < 1 + static_cast<int>(60 * loss); ++mark) std::printf("#");
    std::printf("\n");
  }
}
