// A fused convolution (core/fused/fused_conv.h) against its definition, the composition of the plain operations: values
// and gradients.
#include "core/fused/fused_conv.h"
#include "core/autograd/ops.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr float kEpsilon = 1e-5f;

// One fused convolution of a chain. kind: "d" depthwise, "c" standard, "s" separable (depthwise, then pointwise).
struct ConvCase {
  char kind;
  int kernel, stride;
  int64_t out_c;
  bool relu;
};

struct ChainCase {
  Shape input;
  std::vector<ConvCase> convs;
};

Shape window_output(const Shape& in, const ConvCase& u) {
  const int64_t padding = (u.kernel - 1) / 2;
  return {in.n, (in.h + 2 * padding - u.kernel) / u.stride + 1, (in.w + 2 * padding - u.kernel) / u.stride + 1,
          u.out_c};
}

// Parameters of a chain; both forms start from the same values.
struct ChainParameters {
  Parameter x;
  struct Weights {
    Parameter depthwise, conv, gamma, beta;
  };
  std::vector<Weights> convs;

  ChainParameters(const ChainCase& chain, Rng rng) {
    x = {.name = "x", .value = random_tensor(chain.input, rng.fork("x")), .gradient = {}};
    Shape in = chain.input;
    for (size_t i = 0; i < chain.convs.size(); ++i) {
      const ConvCase& u = chain.convs[i];
      const Rng stream = rng.fork("conv", i);
      const Shape vector{1, 1, 1, u.out_c};
      Weights made;
      if (u.kind != 'c')
        made.depthwise = {.name = "depthwise",
                          .value = random_tensor({1, u.kernel, u.kernel, in.c}, stream.fork("depthwise")),
                          .gradient = {}};
      const int64_t k = u.kind == 'c' ? u.kernel : 1;
      if (u.kind != 'd')
        made.conv = {
            .name = "conv", .value = random_tensor({u.out_c, k, k, in.c}, stream.fork("conv")), .gradient = {}};
      made.gamma = {.name = "gamma", .value = random_tensor(vector, stream.fork("gamma"), 0.5f, 1.5f), .gradient = {}};
      made.beta = {.name = "beta", .value = random_tensor(vector, stream.fork("beta")), .gradient = {}};
      convs.push_back(std::move(made));
      in = window_output(in, u);
    }
  }

  std::vector<Parameter*> all() {
    std::vector<Parameter*> list = {&x};
    for (Weights& u : convs)
      for (Parameter* p : {&u.depthwise, &u.conv, &u.gamma, &u.beta})
        if (p->exists()) list.push_back(p);
    return list;
  }
};

Var plain_chain(Tape& tape, const ChainCase& chain, ChainParameters& p) {
  Var y = tape.parameter(p.x);
  for (size_t i = 0; i < chain.convs.size(); ++i) {
    const ConvCase& u = chain.convs[i];
    ChainParameters::Weights& w = p.convs[i];
    if (u.kind != 'c') y = depthwise(tape, y, tape.parameter(w.depthwise), u.stride);
    if (u.kind != 'd') y = conv2d(tape, y, tape.parameter(w.conv), u.kind == 'c' ? u.stride : 1);
    ChannelStatistics batch;
    y = batch_norm(tape, y, tape.parameter(w.gamma), tape.parameter(w.beta), kEpsilon, u.relu, batch);
  }
  return y;
}

Var fused_chain(Tape& tape, const ChainCase& chain, ChainParameters& p) {
  NormedValue y{tape.parameter(p.x)};
  for (size_t i = 0; i < chain.convs.size(); ++i) {
    const ConvCase& u = chain.convs[i];
    ChainParameters::Weights& w = p.convs[i];
    FusedConvWeights weights{.stride = u.stride};
    if (u.kind != 'c') weights.depthwise = tape.parameter(w.depthwise);
    if (u.kind != 'd') weights.conv = tape.parameter(w.conv);
    y = fused_conv(tape, y, weights, {tape.parameter(w.gamma), tape.parameter(w.beta), kEpsilon});
    if (u.relu) y = y.rectified();
  }
  return materialize(tape, y);
}

// Propagates `slopes` back from y.
void backward(Tape& tape, Var y, const Tensor& slopes) {
  tape.backward(tape.record(Tensor::zeros({1, 1, 1, 1}), {y},
                            [&, y](Tape& t, const Tensor&) { t.accumulate(y, slopes.clone()); }));
}

void compare(const ChainCase& chain) {
  ChainParameters plain(chain, Rng(7)), fused(chain, Rng(7));
  Tape plain_tape(Tape::Mode::kRecord), fused_tape(Tape::Mode::kRecord);
  const Var expected = plain_chain(plain_tape, chain, plain), found = fused_chain(fused_tape, chain, fused);
  const Tensor slopes = random_tensor(plain_tape.value(expected).shape(), Rng(8));
  CHECK_THAT(Values(fused_tape.value(found)), close_to(Values(plain_tape.value(expected)), 2e-5));
  backward(plain_tape, expected, slopes);
  backward(fused_tape, found, slopes);
  const auto want = plain.all(), have = fused.all();
  for (size_t i = 0; i < want.size(); ++i) {
    INFO("parameter " << i << ": " << want[i]->name);
    CHECK_THAT(Values(have[i]->gradient), close_to(Values(want[i]->gradient), 2e-4));
  }
}

}  // namespace

TEST_CASE("a chain of fused convolutions equals the plain operations, gradients too", "[core][fused]") {
  const int kernel = GENERATE(1, 3, 5, 7);
  const int stride = GENERATE(1, 2);
  const char kind = GENERATE('s', 'd', 'c');
  CAPTURE(kernel, stride, kind);
  const int64_t out = kind == 'd' ? 17 : 20;
  compare({{3, 9, 11, 17}, {{kind, kernel, stride, out, true}, {'s', 3, 1, 33, false}}});
}

TEST_CASE("fused convolutions hold at odd shapes", "[core][fused]") {
  const Shape input = GENERATE(Shape{2, 1, 1, 3}, Shape{1, 2, 3, 1}, Shape{9, 5, 4, 16}, Shape{2, 40, 37, 5});
  const int kernel = GENERATE(3, 5, 7);
  CAPTURE(to_text(input), kernel);
  compare({input,
           {{'c', 3, 1, 16, true},
            {'s', kernel, 2, 48, true},
            {'d', 3, 1, 48, true},
            {'c', 1, 1, 31, true},
            {'c', 1, 1, 9, false}}});
}

TEST_CASE(
    "a fused pointwise convolution over many images computes the bits of the plain operations, wherever its bands end",
    "[core][fused]") {
  const Shape input = GENERATE(Shape{1, 1, 1, 5}, Shape{9, 1, 1, 48}, Shape{23, 4, 4, 16}, Shape{43, 5, 3, 33},
                               Shape{17, 9, 7, 20}, Shape{3, 13, 29, 7}, Shape{19, 4, 4, 960});
  CAPTURE(to_text(input));
  const ChainCase chain{input, {{'c', 1, 1, 37, true}}};
  ChainParameters plain(chain, Rng(7)), fused(chain, Rng(7));
  Tape plain_tape(Tape::Mode::kRecord), fused_tape(Tape::Mode::kRecord);
  const Var expected = plain_chain(plain_tape, chain, plain), found = fused_chain(fused_tape, chain, fused);
  const Tensor slopes = random_tensor(plain_tape.value(expected).shape(), Rng(8));
  CHECK(same_bits(fused_tape.value(found), plain_tape.value(expected)));
  backward(plain_tape, expected, slopes);
  backward(fused_tape, found, slopes);
  const auto want = plain.all(), have = fused.all();
  for (size_t i = 0; i < want.size(); ++i) {
    INFO("parameter " << i << ": " << want[i]->name);
    CHECK(same_bits(have[i]->gradient, want[i]->gradient));
  }
}

TEST_CASE("tensors too large for the caches hold the same values", "[core][fused]") {
  compare({{3, 96, 96, 96}, {{'d', 3, 1, 96, true}, {'d', 3, 1, 96, false}}});
}

TEST_CASE("a raw value with two readers receives both gradients", "[core][fused]") {
  const ChainCase chain{{2, 6, 7, 5}, {{'c', 3, 1, 6, true}, {'c', 3, 1, 6, false}}};
  const bool in_one = GENERATE(false, true);  // the sum of two normed values as one node
  const auto gradients = [&](bool fused) {
    ChainParameters p(chain, Rng(9));
    Tape tape(Tape::Mode::kRecord);
    auto& [depth0, conv0, gamma0, beta0] = p.convs[0];
    auto& [depth1, conv1, gamma1, beta1] = p.convs[1];
    Var sum;
    if (fused) {
      const NormedValue y = fused_conv(tape, {tape.parameter(p.x)}, {.conv = tape.parameter(conv0)},
                                       {tape.parameter(gamma0), tape.parameter(beta0), kEpsilon})
                                .rectified();
      const NormedValue z = fused_conv(tape, y, {.conv = tape.parameter(conv1)},
                                       {tape.parameter(gamma1), tape.parameter(beta1), kEpsilon});
      sum = in_one ? add(tape, y, z) : add(tape, materialize(tape, y), materialize(tape, z));
    } else {
      ChannelStatistics batch;
      const Var y = batch_norm(tape, conv2d(tape, tape.parameter(p.x), tape.parameter(conv0), 1),
                               tape.parameter(gamma0), tape.parameter(beta0), kEpsilon, true, batch);
      const Var z = batch_norm(tape, conv2d(tape, y, tape.parameter(conv1), 1), tape.parameter(gamma1),
                               tape.parameter(beta1), kEpsilon, false, batch);
      sum = add(tape, y, z);
    }
    backward(tape, sum, random_tensor(tape.value(sum).shape(), Rng(10)));
    std::vector<Values> all;
    for (const Parameter* q : p.all()) all.emplace_back(q->gradient);
    return all;
  };
  const auto want = gradients(false), have = gradients(true);
  for (size_t i = 0; i < want.size(); ++i) CHECK_THAT(have[i], close_to(want[i], 2e-4));
}

TEST_CASE("one raw value is read rectified by one reader and as it is by another: each masks its own gradient",
          "[core][fused]") {
  const ChainCase chain{{2, 6, 7, 5}, {{'c', 3, 1, 6, false}, {'s', 3, 1, 6, false}, {'d', 3, 1, 6, false}}};
  const auto gradients = [&](bool fused) {
    ChainParameters p(chain, Rng(9));
    Tape tape(Tape::Mode::kRecord);
    auto& first = p.convs[0];
    auto& second = p.convs[1];
    const Var gamma = tape.parameter(first.gamma), beta = tape.parameter(first.beta);
    const Var depthwise1 = tape.parameter(second.depthwise), conv1 = tape.parameter(second.conv),
              depthwise2 = tape.parameter(p.convs[2].depthwise);
    const NormRequest norm1{tape.parameter(second.gamma), tape.parameter(second.beta), kEpsilon},
        norm2{tape.parameter(p.convs[2].gamma), tape.parameter(p.convs[2].beta), kEpsilon};
    Var sum;
    if (fused) {
      const NormedValue y =
          fused_conv(tape, {tape.parameter(p.x)}, {.conv = tape.parameter(first.conv)}, {gamma, beta, kEpsilon});
      const NormedValue z = fused_conv(tape, y.rectified(), {.depthwise = depthwise1, .conv = conv1}, norm1);
      const NormedValue w = fused_conv(tape, y, {.depthwise = depthwise2}, norm2);
      sum = add(tape, {add(tape, z, w)}, y.rectified());
    } else {
      ChannelStatistics batch;
      const Var y = batch_norm(tape, conv2d(tape, tape.parameter(p.x), tape.parameter(first.conv), 1), gamma, beta,
                               kEpsilon, false, batch);
      const Var behind = conv2d(tape, depthwise(tape, relu(tape, y), depthwise1, 1), conv1, 1);
      const Var z = batch_norm(tape, behind, norm1.gamma, norm1.beta, kEpsilon, false, batch);
      const Var w =
          batch_norm(tape, depthwise(tape, y, depthwise2, 1), norm2.gamma, norm2.beta, kEpsilon, false, batch);
      sum = add(tape, add(tape, z, w), relu(tape, y));
    }
    std::vector<Values> all = {Values(tape.value(sum))};
    backward(tape, sum, random_tensor(tape.value(sum).shape(), Rng(10)));
    for (const Parameter* q : p.all()) all.emplace_back(q->gradient);
    return all;
  };
  const auto want = gradients(false), have = gradients(true);
  for (size_t i = 0; i < want.size(); ++i) {
    INFO("value " << i);
    CHECK_THAT(have[i], close_to(want[i], 2e-4));
  }
}

TEST_CASE(
    "a plain value that a fused convolution reads rectified costs no memory and gives the bits of a ReLU before it",
    "[core][fused]") {
  const int kernel = GENERATE(1, 3, 5), stride = GENERATE(1, 2);
  const char kind = GENERATE('s', 'd', 'c');
  CAPTURE(kernel, stride, kind);
  const ChainCase chain{{3, 9, 11, 17}, {{kind, kernel, stride, kind == 'd' ? 17 : 20, false}}};
  const auto run = [&](bool as_view) {
    ChainParameters p(chain, Rng(7));
    Tape tape(Tape::Mode::kRecord);
    FusedConvWeights weights{.stride = stride};
    ChainParameters::Weights& w = p.convs[0];
    if (kind != 'c') weights.depthwise = tape.parameter(w.depthwise);
    if (kind != 'd') weights.conv = tape.parameter(w.conv);
    const Var x = tape.parameter(p.x);
    const NormedValue in = as_view ? NormedValue{x}.rectified() : NormedValue{relu(tape, x)};
    const Var y =
        materialize(tape, fused_conv(tape, in, weights, {tape.parameter(w.gamma), tape.parameter(w.beta), kEpsilon}));
    std::vector<Tensor> all;
    all.push_back(tape.value(y).clone());
    backward(tape, y, random_tensor(tape.value(y).shape(), Rng(8)));
    for (Parameter* q : p.all()) all.push_back(std::move(q->gradient));
    return all;
  };
  const auto expected = run(false), found = run(true);
  for (size_t i = 0; i < expected.size(); ++i) CHECK(same_bits(found[i], expected[i]));
}

TEST_CASE("a sum of normed values is the sum of what their readers see, bit by bit", "[core][fused]") {
  const Shape shape = GENERATE(Shape{1, 1, 1, 1}, Shape{5, 3, 7, 17}, Shape{2, 9, 40, 33});
  const bool left = GENERATE(false, true), right = GENERATE(false, true);
  CAPTURE(to_text(shape), left, right);
  const Shape one{1, 1, 1, shape.c};
  struct Result {
    Tensor sum, dx, dy;
    std::vector<ChannelSums> sums;
  };
  const auto run = [&](bool in_one) {
    Parameter x{.name = "x", .value = random_tensor(shape, Rng(1)), .gradient = {}};
    Parameter y{.name = "y", .value = random_tensor(shape, Rng(2)), .gradient = {}};
    Tape tape(Tape::Mode::kRecord);
    const auto normed = [&](Parameter& p, bool has_norm, bool relu) -> NormedValue {
      if (!has_norm) return {tape.parameter(p), nullptr, relu};
      auto norm = std::make_shared<Norm>();
      norm->batch = measure_channels(p.value);
      norm->affine = {random_tensor(one, Rng(3)), random_tensor(one, Rng(4))};
      return {tape.parameter(p), norm, relu};
    };
    const NormedValue a = normed(x, left, true), b = normed(y, right, false);
    const Var sum = in_one ? add(tape, a, b) : add(tape, materialize(tape, a), materialize(tape, b));
    Result result{tape.value(sum).clone(), {}, {}, {}};
    backward(tape, sum, random_tensor(shape, Rng(5)));
    for (const NormedValue& v : {a, b})
      if (v.norm) result.sums.push_back(v.norm->gradient_sums);
    result.dx = std::move(x.gradient);
    result.dy = std::move(y.gradient);
    return result;
  };
  const Result expected = run(false), found = run(true);
  CHECK(same_bits(found.sum, expected.sum));
  CHECK(same_bits(found.dx, expected.dx));
  CHECK(same_bits(found.dy, expected.dy));
  REQUIRE(found.sums.size() == expected.sums.size());
  for (size_t i = 0; i < found.sums.size(); ++i) {
    CHECK(found.sums[i].first == expected.sums[i].first);
    CHECK(found.sums[i].second == expected.sums[i].second);
  }
}

TEST_CASE("a fused convolution in evaluation applies the running statistics", "[core][fused]") {
  const ChainCase chain{{2, 8, 8, 4}, {{'s', 3, 2, 9, true}}};
  ChainParameters p(chain, Rng(11));
  const ChannelScale running{random_tensor({1, 1, 1, 9}, Rng(12)), random_tensor({1, 1, 1, 9}, Rng(13))};
  Tape tape(Tape::Mode::kForwardOnly);
  auto& w = p.convs[0];
  const Var x = tape.parameter(p.x);
  const NormedValue y =
      fused_conv(tape, {x}, {.depthwise = tape.parameter(w.depthwise), .conv = tape.parameter(w.conv), .stride = 2},
                 {tape.parameter(w.gamma), tape.parameter(w.beta), kEpsilon, &running});
  const Var raw = conv2d(tape, depthwise(tape, x, tape.parameter(w.depthwise), 2), tape.parameter(w.conv), 1);
  CHECK_THAT(Values(tape.value(materialize(tape, y.rectified()))),
             close_to(Values(tape.value(scale_channels(tape, raw, running, true))), 1e-5));
}
