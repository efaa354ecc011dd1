// core/autograd/batch_norm.h against the reference in double.
#include "core/autograd/batch_norm.h"
#include "core/reference/batch_norm.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr float kEpsilon = 1e-5f;

struct Case {
  Tensor x, dy, gamma, beta;
  reference::BatchNorm<double> norm;
};

Case make_case(const Shape& shape, bool relu, float low, float high) {
  const Rng rng(21);
  const Shape one{1, 1, 1, shape.c};
  Case c{random_tensor(shape, rng.fork("x"), low, high),
         random_tensor(shape, rng.fork("dy")),
         random_tensor(one, rng.fork("gamma"), 0.5f, 1.5f),
         random_tensor(one, rng.fork("beta")),
         {}};
  c.norm = {.gamma = to_doubles(c.gamma),
            .beta = to_doubles(c.beta),
            .epsilon = double{kEpsilon},
            .relu = relu,
            .mean = {},
            .variance = {}};
  return c;
}

// `loss` is the precision that cancellation may cost: (mean / deviation)^2 for data far from zero.
void check(const Shape& shape, bool relu, float low = -1.0f, float high = 1.0f, double loss = 1.0) {
  Case c = make_case(shape, relu, low, high);
  const auto x = to_doubles(c.x);
  const auto y = reference::batch_norm(c.norm, x);
  const auto d = reference::batch_norm_gradients(c.norm, x, to_doubles(c.dy));
  const double tolerance = loss * sum_tolerance(shape.pixels());
  const ChannelStatistics batch = measure_channels(c.x);
  const ChannelScale affine = fold_norm(c.gamma, c.beta, batch.mean, batch.variance, kEpsilon);
  const NormGradients found = normalize_gradients(c.x, c.dy, c.gamma, batch, affine, relu, kEpsilon);
  INFO(to_text(shape) << (relu ? " with ReLU" : ""));
  CHECK_THAT(Values(batch.mean), close_to({1, 1, 1, shape.c}, c.norm.mean, tolerance));
  CHECK_THAT(Values(batch.variance), close_to({1, 1, 1, shape.c}, c.norm.variance, tolerance));
  CHECK_THAT(Values(normalize(c.x, affine, relu)), close_to(shape, y, tolerance));
  CHECK_THAT(Values(found.dx), close_to(shape, d.x, tolerance));
  CHECK_THAT(Values(found.dgamma), close_to({1, 1, 1, shape.c}, d.gamma, tolerance));
  CHECK_THAT(Values(found.dbeta), close_to({1, 1, 1, shape.c}, d.beta, tolerance));
}

}  // namespace

TEST_CASE("batch norm and its gradients agree with the reference over odd shapes", "[core][batch_norm]") {
  for (const bool relu : {false, true}) {
    for (const int64_t channels : {1, 15, 16, 17, 33, 72}) check({3, 5, 7, channels}, relu);
    check({9, 1, 1, 5}, relu);
    check({1, 33, 31, 3}, relu);
    check({64, 2, 2, 20}, relu);
  }
}

TEST_CASE("batch norm of values far from zero loses no more than cancellation explains", "[core][batch_norm]") {
  check({4, 16, 16, 6}, false, 4.0f, 6.0f, 75.0);  // mean 5, deviation 0.58
}

TEST_CASE("batch norm of a constant channel gives beta and finite gradients", "[core][batch_norm]") {
  const Tensor x = Tensor::full({2, 3, 3, 2}, 0.3f), dy = random_tensor({2, 3, 3, 2}, Rng(3)),
               gamma = Tensor::full({1, 1, 1, 2}, 1.0f);
  const Tensor beta = Tensor::full({1, 1, 1, 2}, 0.25f);
  const ChannelStatistics batch = measure_channels(x);
  CHECK(batch.variance.data()[0] >= 0.0f);
  const ChannelScale affine = fold_norm(gamma, beta, batch.mean, batch.variance, kEpsilon);
  const Tensor y = normalize(x, affine, true);
  const NormGradients d = normalize_gradients(x, dy, gamma, batch, affine, true, kEpsilon);
  for (const float value : y.values()) CHECK(value == Approx(0.25).margin(1e-3));
  for (const float value : d.dx.values()) CHECK(std::isfinite(value));
}

TEST_CASE("running statistics follow the reference, with one pixel too", "[core][batch_norm]") {
  for (const int64_t pixels : {1, 2, 50}) {
    Case c = make_case({1, 1, pixels, 4}, false, -1.0f, 1.0f);
    reference::batch_norm(c.norm, to_doubles(c.x));
    std::vector<double> mean(4, 0.5), variance(4, 2.0);
    reference::update_running(c.norm, static_cast<size_t>(pixels), 0.1, mean, variance);
    Tensor running_mean = Tensor::full({1, 1, 1, 4}, 0.5f), running_variance = Tensor::full({1, 1, 1, 4}, 2.0f);
    update_running(measure_channels(c.x), pixels, 0.1f, running_mean, running_variance);
    CHECK_THAT(Values(running_mean), close_to({1, 1, 1, 4}, mean, 1e-6));
    CHECK_THAT(Values(running_variance), close_to({1, 1, 1, 4}, variance, 1e-6));
  }
}
