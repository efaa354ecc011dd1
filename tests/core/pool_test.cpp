// Pools over windows beside their definition, over windows and images of odd shapes; and the definition's gradients.
#include "core/conv/pool.h"

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/reference/window_pool.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/gradcheck.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;
using Numbers = std::vector<double>;

namespace {

// The windows of the published methods, and others.
std::vector<Window> windows() {
  std::vector<Window> all;
  for (const auto& [kernel, stride] : {std::pair{3, 1}, {3, 2}, {5, 3}, {1, 2}, {7, 1}, {5, 1}})
    for (const bool padded : {true, false}) all.push_back({kernel, kernel, stride, 1, padded});
  for (const auto& [kernel, stride] : {std::pair{2, 2}, {2, 1}, {4, 3}})
    all.push_back({kernel, kernel, stride, 1, false});
  return all;
}

constexpr Shape kShapes[] = {{2, 8, 7, 5}, {1, 7, 9, 17}, {3, 11, 8, 1}};

template <class Try>
void for_pools(const Try& try_pool) {
  for (const Window& window : windows())
    for (const Shape& in : kShapes) {
      CAPTURE(to_text(window), to_text(in));
      try_pool(window, in, pooled_shape(window, in));
    }
}

}  // namespace

TEST_CASE("pools and their gradients are those of the definition", "[core][pool]") {
  for_pools([](const Window& window, const Shape& in, const Shape& out) {
    const Tensor x = random_tensor(in, Rng(1)), dy = random_tensor(out, Rng(2));
    const Numbers values = to_doubles(x), gradient = to_doubles(dy);
    CHECK_THAT(Values(max_pool(window, x)), close_to(out, reference::max_pool(window, in, out, values), 0));
    CHECK_THAT(Values(average_pool(window, x)), close_to(out, reference::average_pool(window, in, out, values), 1e-6));
    CHECK_THAT(Values(max_pool_gradient(window, x, dy)),
               close_to(in, reference::max_pool_gradient(window, in, out, values, gradient), 1e-6));
    CHECK_THAT(Values(average_pool_gradient(window, in, dy)),
               close_to(in, reference::average_pool_gradient(window, in, out, gradient), 1e-6));
  });
}

TEST_CASE("the gradients of the reference pools are their central differences", "[core][pool][reference]") {
  const Shape in{1, 6, 5, 2};
  for (const Window& window : windows()) {
    if (window.height > 5) continue;
    CAPTURE(to_text(window));
    const Shape out = pooled_shape(window, in);
    const Numbers x = random_numbers(in.size(), Rng(3)), dy = random_numbers(out.size(), Rng(4));
    const auto largest = [&](const Numbers& v) { return projection(dy, reference::max_pool(window, in, out, v)); };
    const auto average = [&](const Numbers& v) { return projection(dy, reference::average_pool(window, in, out, v)); };
    CHECK_THAT(Values(reference::max_pool_gradient(window, in, out, x, dy)),
               close_to(Values(central_differences(largest, x)), kGradientTolerance));
    CHECK_THAT(Values(reference::average_pool_gradient(window, in, out, dy)),
               close_to(Values(central_differences(average, x)), kGradientTolerance));
  }
}

TEST_CASE("reference pools written out by hand: padding is neither the largest nor counted",
          "[core][pool][reference]") {
  const Window window = square_window(3);
  const Shape row{1, 1, 4, 1};
  CHECK(reference::max_pool(window, row, row, Numbers{-4, -2, -3, -9}) == Numbers{-2, -2, -2, -3});
  CHECK(reference::average_pool(window, row, row, Numbers{-4, -2, -3, -9}) == Numbers{-3, -3, -14.0 / 3, -6});
  CHECK(reference::max_pool_gradient(window, row, row, Numbers{1, 5, 5, 0}, Numbers{1, 10, 100, 1000}) ==
        Numbers{0, 111, 1000, 0});
}

TEST_CASE("pools on a tape pass their gradients on", "[core][pool][ops]") {
  const Window window = square_window(3, 2);
  const Shape in{2, 6, 5, 3};
  for (const bool largest : {true, false}) {
    Parameter x{.name = "x", .value = random_tensor(in, Rng(5)), .gradient = {}};
    Tape tape(Tape::Mode::kRecord);
    const Var y = largest ? max_pool(tape, tape.parameter(x), window) : average_pool(tape, tape.parameter(x), window);
    const std::vector<int> labels{1, 0};
    tape.backward(softmax_cross_entropy(tape, global_average_pool(tape, y), labels, 0.0f));
    double sum = 0;
    for (const float g : x.gradient.values()) sum += std::abs(double{g});
    CHECK(x.gradient.shape() == in);
    CHECK(sum > 0.1);
  }
}

TEST_CASE("pools have the same bits for any number of threads", "[core][pool]") {
  const Tensor x = random_tensor({5, 9, 8, 7}, Rng(6));
  const Window window = square_window(3, 2);
  const Tensor dy = random_tensor(pooled_shape(window, x.shape()), Rng(7));
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 5}) {
    const Threads scope(threads);
    std::vector<Tensor> found;
    found.push_back(average_pool(window, x));
    found.push_back(average_pool_gradient(window, x.shape(), dy));
    found.push_back(max_pool_gradient(window, x, dy));
    if (first.empty())
      first = std::move(found);
    else
      for (size_t i = 0; i < found.size(); ++i) CHECK(same_bits(found[i], first[i]));
  }
}

TEST_CASE("a window larger than the image is refused with both", "[core][pool]") {
  CHECK_THROWS_WITH(max_pool({5, 5, 1, 1, false}, Tensor::zeros({1, 4, 9, 2})),
                    Catch::Contains("5x5, not padded") && Catch::Contains("[1,4,9,2]"));
}
