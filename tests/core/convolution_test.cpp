// The convolutions of core/conv/convolution.h against the reference in double, over odd shapes.
#include "core/conv/convolution.h"
#include "core/conv/bands.h"
#include "core/conv/winograd.h"
#include "core/error.h"
#include "core/reference/depthwise.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

std::string name_of(const ConvGeometry& g) {
  return text(to_text(g.input()), " -> ", to_text(g.output()), " kernel ", g.kernel, " stride ", g.stride);
}

struct Case {
  Tensor x, weight, dy;
};

Case make_case(const ConvGeometry& g, const Shape& weight) {
  const Rng rng(7);
  return {random_tensor(g.input(), rng.fork("x")), random_tensor(weight, rng.fork("weight")),
          random_tensor(g.output(), rng.fork("dy"))};
}

void check_conv(const ConvGeometry& g) {
  const Case c = make_case(g, g.weight());
  const auto x = to_doubles(c.x), w = to_doubles(c.weight), dy = to_doubles(c.dy);
  const int64_t taps = int64_t{g.kernel} * g.kernel;
  const auto tolerance = takes_winograd(g) ? winograd_tolerance : sum_tolerance;
  INFO(name_of(g));
  CHECK_THAT(Values(conv2d(g, c.x, c.weight)),
             close_to(g.output(), reference::conv2d(g, x, w), tolerance(taps * g.in_c)));
  CHECK_THAT(Values(conv2d_input_gradient(g, c.dy, c.weight)),
             close_to(g.input(), reference::conv2d_input_gradient(g, dy, w), tolerance(taps * g.out_c)));
  CHECK_THAT(Values(conv2d_weight_gradient(g, c.x, c.dy)),
             close_to(g.weight(), reference::conv2d_weight_gradient(g, x, dy), tolerance(g.output().pixels())));
}

void check_depthwise(const ConvGeometry& g) {
  const Case c = make_case(g, g.depthwise_weight());
  const auto x = to_doubles(c.x), w = to_doubles(c.weight), dy = to_doubles(c.dy);
  const int64_t taps = int64_t{g.kernel} * g.kernel;
  INFO(name_of(g));
  CHECK_THAT(Values(depthwise(g, c.x, c.weight)),
             close_to(g.output(), reference::depthwise(g, x, w), sum_tolerance(taps)));
  CHECK_THAT(Values(depthwise_input_gradient(g, c.dy, c.weight)),
             close_to(g.input(), reference::depthwise_input_gradient(g, dy, w), sum_tolerance(taps)));
  CHECK_THAT(Values(depthwise_weight_gradient(g, c.x, c.dy)),
             close_to(g.depthwise_weight(), reference::depthwise_weight_gradient(g, x, dy),
                      sum_tolerance(g.output().pixels())));
}

constexpr int kKernels[] = {1, 3, 5, 7};
constexpr int kStrides[] = {1, 2, 3};
constexpr struct { int64_t height, width; } kImages[] = {{1, 1}, {2, 3}, {5, 9}, {8, 7}};
constexpr int64_t kChannels[] = {1, 15, 16, 17, 31, 33, 48, 72};

}  // namespace

TEST_CASE("every kernel, stride and image size of a convolution agrees with the reference", "[core][convolution]") {
  for (const int kernel : kKernels)
    for (const int stride : kStrides)
      for (const auto& image : kImages)
        check_conv({.batch = 2,
                    .in_h = image.height,
                    .in_w = image.width,
                    .in_c = 3,
                    .out_c = 5,
                    .kernel = kernel,
                    .stride = stride});
}

TEST_CASE("every number of channels of a convolution agrees with the reference", "[core][convolution]") {
  for (const int64_t in_c : kChannels)
    for (const int64_t out_c : kChannels)
      for (const int kernel : {1, 3})
        check_conv({.batch = 1, .in_h = 3, .in_w = 4, .in_c = in_c, .out_c = out_c, .kernel = kernel, .stride = 1});
}

TEST_CASE("every batch size of a convolution agrees with the reference", "[core][convolution]") {
  for (const int64_t batch : {1, 3, 9})
    for (const int kernel : {1, 3})
      check_conv({.batch = batch, .in_h = 6, .in_w = 5, .in_c = 7, .out_c = 4, .kernel = kernel, .stride = 1});
}

TEST_CASE("a pointwise convolution of many tasks and passes agrees with the reference", "[core][convolution]") {
  check_conv({.batch = 3, .in_h = 37, .in_w = 31, .in_c = 17, .out_c = 19, .kernel = 1, .stride = 1});
}

TEST_CASE("a convolution of several bands agrees with the reference at the seams", "[core][convolution]") {
  for (const int stride : kStrides) {
    const ConvGeometry g{.batch = 2, .in_h = 40, .in_w = 41, .in_c = 72, .out_c = 3, .kernel = 3, .stride = stride};
    const Tensor x = Tensor::zeros(g.input());
    REQUIRE(plan_bands(PaddedView::of_input(g, x), g.out_h(), g.kernel, g.stride).bands() > 1);
    check_conv(g);
  }
}

TEST_CASE("every kernel, stride and image size of a depthwise convolution agrees with the reference",
          "[core][depthwise]") {
  for (const int kernel : kKernels)
    for (const int stride : kStrides)
      for (const auto& image : kImages)
        check_depthwise({.batch = 2,
                         .in_h = image.height,
                         .in_w = image.width,
                         .in_c = 19,
                         .out_c = 19,
                         .kernel = kernel,
                         .stride = stride});
}

TEST_CASE("every number of channels and batch size of a depthwise convolution agrees with the reference",
          "[core][depthwise]") {
  for (const int64_t channels : kChannels)
    for (const int64_t batch : {1, 3, 9})
      check_depthwise(
          {.batch = batch, .in_h = 6, .in_w = 11, .in_c = channels, .out_c = channels, .kernel = 3, .stride = 1});
}

TEST_CASE("a depthwise convolution of several bands agrees with the reference at the seams", "[core][depthwise]") {
  for (const int stride : kStrides)
    for (const int kernel : {3, 5, 7}) {
      const ConvGeometry g{
          .batch = 1, .in_h = 40, .in_w = 41, .in_c = 72, .out_c = 72, .kernel = kernel, .stride = stride};
      const Tensor x = Tensor::zeros(g.input());
      REQUIRE(plan_bands(PaddedView::of_input(g, x), g.out_h(), g.kernel, g.stride).bands() > 1);
      check_depthwise(g);
    }
}

TEST_CASE("an image so wide that one window of rows exceeds a band is still convolved", "[core][convolution]") {
  const ConvGeometry wide{.batch = 1, .in_h = 3, .in_w = 3000, .in_c = 9, .out_c = 9, .kernel = 3, .stride = 1};
  check_conv({.batch = 1, .in_h = 3, .in_w = 3000, .in_c = 9, .out_c = 2, .kernel = 3, .stride = 1});
  check_depthwise(wide);
}

TEST_CASE("a convolution whose shapes do not fit is refused with both shapes", "[core][convolution]") {
  CHECK_THROWS_WITH(conv_geometry({1, 8, 8, 4}, {2, 3, 3, 5}, 1),
                    Catch::Contains("[2,3,3,5]") && Catch::Contains("[2,3,3,4]"));
  CHECK_THROWS_WITH(conv_geometry({1, 8, 8, 4}, {2, 3, 5, 4}, 1), Catch::Contains("[2,3,5,4]"));
  CHECK_THROWS_WITH(conv_geometry({1, 8, 8, 4}, {2, 2, 2, 4}, 1), Catch::Contains("odd"));
  CHECK_THROWS_WITH(conv_geometry({1, 8, 8, 4}, {2, 3, 3, 4}, 0), Catch::Contains("stride 0"));
  CHECK_THROWS_WITH(depthwise_geometry({1, 8, 8, 4}, {1, 3, 3, 5}, 1),
                    Catch::Contains("[1,3,3,5]") && Catch::Contains("[1,3,3,4]"));
  CHECK_THROWS_AS(depthwise_geometry({1, 32, 32, 4}, {1, 9, 9, 4}, 1), ConfigError);
}

TEST_CASE("a tensor of another shape than the geometry says is refused", "[core][convolution]") {
  const ConvGeometry g{.batch = 1, .in_h = 4, .in_w = 4, .in_c = 3, .out_c = 3, .kernel = 3, .stride = 2};
  const Tensor x = Tensor::zeros(g.input()), w = Tensor::zeros(g.weight()), dy = Tensor::zeros(g.output()),
               other = Tensor::zeros({1, 9, 9, 9});
  CHECK_THROWS_AS(conv2d(g, other, w), ConfigError);
  CHECK_THROWS_AS(conv2d(g, x, other), ConfigError);
  CHECK_THROWS_AS(conv2d_input_gradient(g, other, w), ConfigError);
  CHECK_THROWS_AS(conv2d_input_gradient(g, dy, other), ConfigError);
  CHECK_THROWS_AS(conv2d_weight_gradient(g, x, other), ConfigError);
  CHECK_THROWS_AS(conv2d_weight_gradient(g, other, dy), ConfigError);
}
