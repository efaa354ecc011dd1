// Winograd's form of a 3x3 convolution: its definition against the direct form in double, and the fast form
// (core/conv/winograd.h) against that, for any shape, including those for which it is not used.
#include "core/conv/winograd.h"
#include <algorithm>
#include "core/autograd/ops.h"
#include "core/fused/fused_conv.h"
#include "core/reference/winograd.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/gradcheck.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;
using Numbers = std::vector<double>;

namespace {

ConvGeometry geometry(int64_t batch, int64_t height, int64_t width, int64_t in_c, int64_t out_c) {
  return {.batch = batch, .in_h = height, .in_w = width, .in_c = in_c, .out_c = out_c, .kernel = 3, .stride = 1};
}

// One image with its border, [h + 2][w + 2][c].
Tensor with_border(const Tensor& x, int64_t image) {
  const Shape& s = x.shape();
  Tensor padded = Tensor::zeros({1, s.h + 2, s.w + 2, s.c});
  for (int64_t y = 0; y < s.h; ++y)
    std::copy_n(x.data() + (image * s.h + y) * s.w * s.c, s.w * s.c, &padded.at(0, y + 1, 1, 0));
  return padded;
}

// Calls body(image, first row, rows, padded rows) for bands of `band` rows.
template <class Body>
void for_rows(const Tensor& x, int64_t band, const Body& body) {
  const Shape& s = x.shape();
  for (int64_t image = 0; image < s.n; ++image) {
    const Tensor padded = with_border(x, image);
    for (int64_t y = 0; y < s.h; y += band)
      body(image, y, std::min(band, s.h - y), padded.data() + y * (s.w + 2) * s.c);
  }
}

Tensor convolve(const Tensor& x, const WinogradWeights& weights, int64_t band) {
  const Shape& s = x.shape();
  Tensor y = Tensor::uninitialized({s.n, s.h, s.w, weights.columns});
  WinogradBand winograd(weights, band, s.w);
  for_rows(x, band, [&](int64_t image, int64_t first, int64_t rows, const float* padded) {
    winograd.convolve(padded, rows, &y.at(image, first, 0, 0));
  });
  return y;
}

Tensor weight_gradient(const ConvGeometry& g, const Tensor& x, const Tensor& dy, int64_t band) {
  Tensor gradient = Tensor::uninitialized(g.weight());
  WinogradGradient winograd(g, band);
  for_rows(x, band, [&](int64_t image, int64_t first, int64_t rows, const float* padded) {
    winograd.add(padded, dy.data() + (image * g.out_h() + first) * g.out_w() * g.out_c, rows);
  });
  winograd.finish(gradient.data());
  return gradient;
}

struct Case {
  Tensor x, weight, dy;
  explicit Case(const ConvGeometry& g)
      : x(random_tensor(g.input(), Rng(7).fork("x"))),
        weight(random_tensor(g.weight(), Rng(7).fork("weight"))),
        dy(random_tensor(g.output(), Rng(7).fork("dy"))) {}
};

void check(const ConvGeometry& g) {
  const Case c(g);
  const Numbers x = to_doubles(c.x), w = to_doubles(c.weight), dy = to_doubles(c.dy);
  CAPTURE(to_text(g.input()), g.out_c);
  CHECK_THAT(Values(convolve(c.x, winograd_forward(g, c.weight), 4)),
             close_to(g.output(), reference::conv2d(g, x, w), winograd_tolerance(9 * g.in_c)));
  CHECK_THAT(Values(convolve(c.dy, winograd_backward(g, c.weight), 4)),
             close_to(g.input(), reference::conv2d_input_gradient(g, dy, w), winograd_tolerance(9 * g.out_c)));
  CHECK_THAT(Values(weight_gradient(g, c.x, c.dy, 4)), close_to(g.weight(), reference::conv2d_weight_gradient(g, x, dy),
                                                                winograd_tolerance(g.output().pixels())));
}

constexpr struct {
  int64_t height, width;
} kImages[] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 3}, {5, 4}, {4, 9}, {11, 6}, {16, 16}};

}  // namespace

TEST_CASE("the reference of Winograd's form is the convolution, and so are its gradients",
          "[core][winograd][reference]") {
  for (const auto& image : kImages)
    for (const int64_t in_c : {1, 3}) {
      const ConvGeometry g = geometry(2, image.height, image.width, in_c, 2);
      const Rng rng(1);
      const Numbers x = random_numbers(g.input().size(), rng.fork("x")),
                    w = random_numbers(g.weight().size(), rng.fork("w"));
      const Numbers dy = random_numbers(g.output().size(), rng.fork("dy"));
      CAPTURE(to_text(g.input()));
      CHECK_THAT(Values(reference::winograd(g, x, w)), close_to(Values(reference::conv2d(g, x, w)), 1e-13));
      CHECK_THAT(Values(reference::winograd_input_gradient(g, dy, w)),
                 close_to(Values(reference::conv2d_input_gradient(g, dy, w)), 1e-13));
      CHECK_THAT(Values(reference::winograd_weight_gradient(g, x, dy)),
                 close_to(Values(reference::conv2d_weight_gradient(g, x, dy)), 1e-13));
    }
}

TEST_CASE("the gradients of Winograd's form are its central differences", "[core][winograd][reference]") {
  for (const ConvGeometry& g : {geometry(2, 3, 4, 2, 3), geometry(1, 1, 1, 1, 2), geometry(1, 5, 2, 3, 1)}) {
    const Rng rng(2);
    const Numbers x = random_numbers(g.input().size(), rng.fork("x")),
                  w = random_numbers(g.weight().size(), rng.fork("w"));
    const Numbers dy = random_numbers(g.output().size(), rng.fork("dy"));
    const auto of_x = [&](const Numbers& v) { return projection(dy, reference::winograd(g, v, w)); };
    const auto of_w = [&](const Numbers& v) { return projection(dy, reference::winograd(g, x, v)); };
    CAPTURE(to_text(g.input()));
    CHECK_THAT(Values(reference::winograd_input_gradient(g, dy, w)),
               close_to(Values(central_differences(of_x, x)), kGradientTolerance));
    CHECK_THAT(Values(reference::winograd_weight_gradient(g, x, dy)),
               close_to(Values(central_differences(of_w, w)), kGradientTolerance));
  }
}

TEST_CASE("Winograd's form agrees with the direct convolution at every image size and batch", "[core][winograd]") {
  for (const auto& image : kImages)
    for (const int64_t batch : {1, 3}) check(geometry(batch, image.height, image.width, 5, 7));
}

TEST_CASE("Winograd's form agrees with the direct convolution for every number of channels", "[core][winograd]") {
  for (const int64_t in_c : {1, 15, 16, 17, 33, 128})
    for (const int64_t out_c : {1, 15, 16, 17, 33, 128}) check(geometry(1, 5, 7, in_c, out_c));
}

TEST_CASE("Winograd's form computes the same bits in bands of any height", "[core][winograd]") {
  const ConvGeometry g = geometry(3, 13, 18, 17, 20);
  const Case c(g);
  const WinogradWeights forward = winograd_forward(g, c.weight), backward = winograd_backward(g, c.weight);
  const Tensor y = convolve(c.x, forward, 14), dx = convolve(c.dy, backward, 14),
               dw = weight_gradient(g, c.x, c.dy, 14);
  for (const int64_t band : {2, 4, 12}) {
    CAPTURE(band);
    CHECK(same_bits(convolve(c.x, forward, band), y));
    CHECK(same_bits(convolve(c.dy, backward, band), dx));
    CHECK(same_bits(weight_gradient(g, c.x, c.dy, band), dw));
  }
}

TEST_CASE("Winograd's form is taken where it saves products, by shape alone", "[core][winograd]") {
  CHECK(takes_winograd(geometry(64, 32, 32, 64, 32)));
  CHECK(takes_winograd(geometry(1, 2, 2, 16, 16)));
  CHECK_FALSE(takes_winograd(geometry(64, 32, 32, 3, 64)));  // the stem
  CHECK_FALSE(takes_winograd(geometry(64, 1, 1, 64, 64)));   // 16 products instead of 9 in the direct form
  for (const int kernel : {1, 5}) {
    ConvGeometry other = geometry(64, 32, 32, 64, 32);
    other.kernel = kernel;
    CHECK_FALSE(takes_winograd(other));
  }
  ConvGeometry strided = geometry(64, 32, 32, 64, 32);
  strided.stride = 2;
  CHECK_FALSE(takes_winograd(strided));
}

TEST_CASE("a fused and a plain convolution take the same form, bit by bit", "[core][winograd][fused]") {
  for (const ConvGeometry& g : {geometry(3, 9, 40, 16, 20), geometry(2, 33, 5, 33, 12), geometry(2, 8, 8, 3, 16)}) {
    const Case c(g);
    const Tensor vector = Tensor::full({1, 1, 1, g.out_c}, 1.0f);
    Tape tape(Tape::Mode::kForwardOnly);
    const NormedValue y = fused_conv(tape, {tape.constant(c.x.clone())}, {.conv = tape.constant(c.weight.clone())},
                                     {tape.constant(vector.clone()), tape.constant(vector.clone()), 1e-5f});
    CAPTURE(to_text(g.input()));
    CHECK(same_bits(tape.value(y.raw), conv2d(g, c.x, c.weight)));
  }
}
