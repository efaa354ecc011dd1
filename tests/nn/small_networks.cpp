#include "tests/nn/small_networks.h"

#include "core/error.h"
#include "datasets/synthetic.h"
#include "tests/support/random_model.h"

namespace mininas::test {

NetworkSpec plain_network() {
  return {{7, 6, 3},
          3,
          {{"stem", LayerKind::kConv, {kImage}, 4, 3, 1, false, true, true},
           {"depthwise", LayerKind::kDepthwise, {0}, 4, 3, 2, false, false, false},
           {"pointwise", LayerKind::kConv, {1}, 6, 1, 1, false, true, true},
           {"conv", LayerKind::kConv, {2}, 5, 5, 1, false, true, false},
           {"pool", LayerKind::kGlobalAveragePool, {3}, 5, 1, 1, false, false, false},
           {"classifier", LayerKind::kLinear, {4}, 3, 1, 1, true, false, false}}};
}

NetworkSpec residual_network() {
  return {{6, 7, 1},
          2,
          {{"stem", LayerKind::kConv, {kImage}, 4, 3, 2, false, true, true},
           {"depthwise", LayerKind::kDepthwise, {0}, 4, 5, 1, false, true, true},
           {"pointwise", LayerKind::kConv, {1}, 4, 1, 1, false, true, false},
           {"residual", LayerKind::kAdd, {2, 0}, 4, 1, 1, false, false, true},
           {"depthwise2", LayerKind::kDepthwise, {3}, 4, 3, 1, false, false, false},
           {"pointwise2", LayerKind::kConv, {4}, 5, 1, 1, false, true, true},
           {"bare", LayerKind::kConv, {5}, 5, 1, 1, false, false, false},
           {"biased", LayerKind::kConv, {5}, 5, 3, 1, true, false, true},
           {"sum", LayerKind::kAdd, {7, 6}, 5, 1, 1, false, false, false},
           {"pool", LayerKind::kGlobalAveragePool, {8}, 5, 1, 1, false, false, false},
           {"classifier", LayerKind::kLinear, {9}, 2, 1, 1, true, false, false}}};
}

NetworkSpec forked_network() {
  return {{5, 5, 3},
          2,
          {{"stem", LayerKind::kConv, {kImage}, 4, 3, 1, false, true, true},
           {"shared", LayerKind::kDepthwise, {0}, 4, 3, 1, false, false, false},
           {"pointwise", LayerKind::kConv, {1}, 4, 1, 1, false, true, true},
           {"sum", LayerKind::kAdd, {2, 1}, 4, 1, 1, false, false, false},
           {"beside", LayerKind::kDepthwise, {3}, 4, 3, 1, false, false, false},
           {"pointwise2", LayerKind::kConv, {3}, 4, 1, 1, false, true, false},
           {"sum2", LayerKind::kAdd, {5, 4}, 4, 1, 1, false, false, true},
           {"normed", LayerKind::kDepthwise, {6}, 4, 3, 1, false, true, false},
           {"pointwise3", LayerKind::kConv, {7}, 4, 1, 1, false, true, true},
           {"rectified", LayerKind::kDepthwise, {8}, 4, 3, 1, false, false, true},
           {"pointwise4", LayerKind::kConv, {9}, 4, 1, 1, false, true, true},
           {"biased", LayerKind::kDepthwise, {10}, 4, 3, 1, true, false, false},
           {"pointwise5", LayerKind::kConv, {11}, 4, 1, 1, false, true, true},
           {"bare", LayerKind::kDepthwise, {12}, 4, 3, 1, false, false, false},
           {"pointwise6", LayerKind::kConv, {13}, 4, 1, 1, false, false, true},
           {"pool", LayerKind::kGlobalAveragePool, {14}, 4, 1, 1, false, false, false},
           {"classifier", LayerKind::kLinear, {15}, 2, 1, 1, true, false, false}}};
}

NetworkSpec rectified_network() {
  return {{6, 5, 2},
          2,
          {{"bright", LayerKind::kRelu, {kImage}, 2},
           {"stem", LayerKind::kConv, {0}, 4, 3, 1, false, true, false},
           {"relu", LayerKind::kRelu, {1}, 4},
           {"depthwise", LayerKind::kDepthwise, {2}, 4, 3, 1, false, false, false},
           {"pointwise", LayerKind::kConv, {3}, 4, 1, 1, false, true, false},
           {"sum", LayerKind::kAdd, {4, 1}, 4},
           {"relu2", LayerKind::kRelu, {5}, 4},
           {"conv", LayerKind::kConv, {6}, 4, 3, 1, false, true, true},
           {"twice", LayerKind::kRelu, {7}, 4},
           {"sum2", LayerKind::kAdd, {8, 5}, 4},
           {"wide", LayerKind::kDepthwise, {9}, 4, 5, 2, false, true, false},
           {"plain", LayerKind::kConv, {6}, 4, 1, 2, true, false, false},
           {"sum3", LayerKind::kAdd, {10, 11}, 4},
           {"relu3", LayerKind::kRelu, {12}, 4},
           {"pool", LayerKind::kGlobalAveragePool, {13}, 4},
           {"pool2", LayerKind::kGlobalAveragePool, {12}, 4},
           {"sum4", LayerKind::kAdd, {14, 15}, 4},
           {"classifier", LayerKind::kLinear, {16}, 2, 1, 1, true, false, false}}};
}

TrainConfig short_recipe(int epochs) {
  return {.epochs = epochs,
          .batch = 8,
          .learning_rate = 0.05f,
          .augmentation = {.crop_padding = 1, .horizontal_flip = true, .cutout = 3},
          .seed = 4};
}

void randomize_norms(Network& network, Rng rng) {
  const auto fill = [&](Tensor& tensor, float low, float high) {
    for (float& value : tensor.values()) value = rng.uniform(low, high);
  };
  for (LayerWeights& w : network.layers()) {
    fill(w.gamma.value, 0.5f, 1.5f);
    fill(w.beta.value, -0.5f, 0.5f);
    fill(w.running_mean, -0.5f, 0.5f);
    fill(w.running_variance, 0.5f, 2.0f);
  }
}

ImageSet noise_images(const ImageShape& shape, int classes, int64_t count, Rng rng) {
  ImageSet images{
      .shape = shape, .class_names = {}, .pixels = random_images(shape, count, rng.fork("pixels")), .labels = {}};
  for (int i = 0; i < classes; ++i) images.class_names.push_back(text("class ", i));
  for (int64_t i = 0; i < count; ++i)
    images.labels.push_back(static_cast<int>(rng.below(static_cast<uint32_t>(classes))));
  return images;
}

Dataset learnable_images() {
  return make_synthetic({.classes = 2, .size = 12, .channels = 1, .train = 300, .test = 200, .seed = 3});
}

NetworkSpec learning_network(const ImageShape& input, int classes) {
  return family_network(8, {{true, 3}, {false, 3}, {true, 3}}, input, classes);
}

}  // namespace mininas::test
