// Forward pass of a convolution unit, and its node on the tape. The backward pass is core/conv_unit_backward.cpp.
#include "core/conv_unit.h"

#include <algorithm>

#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"
#include "core/products.h"
#include "core/unit_backward.h"
#include "core/unit_bands.h"

namespace mininas {
namespace {

struct ForwardResult {
  Tensor raw;
  ChannelSums sums;  // of the raw output and of its squares
};

ForwardResult forward(const Tape& tape, const UnitGeometry& g, const NormedValue& x, const UnitWeights& weights, bool measure) {
  const ConvGeometry& w = g.window;
  const float* depthwise = g.depthwise ? tape.value(*weights.depthwise).data() : nullptr;
  PackedWeights conv;
  if (weights.conv) conv = pack_forward(g.mixed ? g.mix() : w, tape.value(*weights.conv));
  const InputReader reader{g, tape.value(x.raw), x.norm.get()};
  const int64_t band = g.band_rows(), out_row = w.out_w() * g.out_c;
  ForwardResult result{Tensor::uninitialized(g.output()), {}};
  ImageSums sums(w.batch, g.out_c);
  const auto run = [&](int64_t image, int64_t images, RowWindow& padded, Tensor& middle) {
    padded.restart();
    for (int64_t y = 0, height = images * w.out_h(); y < height; y += band) {
      const int64_t rows = std::min(band, height - y), first = (image * w.out_h() + y) * w.out_w();
      float* out = result.raw.data() + first * g.out_c;
      const int64_t end = (y + rows - 1) * w.stride + w.kernel;
      const float* in = reader.fill(padded, image, y * w.stride, end);
      const SoonRead soon{reader.soon(image, end, band * w.stride), soon_of(result.raw, first * g.out_c + rows * out_row, band * out_row)};
      const bool alone = g.depthwise && !g.mixed;  // then its kernel makes the sums too
      if (g.depthwise)
        kernels().depthwise({.in = in, .in_row = g.padded_row(), .weights = depthwise, .out = alone ? out : middle.data(),
                             .rows = rows, .width = w.out_w(), .channels = w.in_c, .kernel = w.kernel, .stride = w.stride,
                             .sum = alone && measure ? sums.first(image) : nullptr,
                             .squares = alone && measure ? sums.second(image) : nullptr, .stream = alone && streams(result.raw)});
      else
        multiply_windows(g.windows(in), rows, w.out_w(), conv, w.out_c, out, soon);
      if (g.mixed) multiply_pixels(middle.data(), rows * w.out_w(), w.out_c, conv, g.out_c, out, soon);
      if (!measure || alone) continue;
      for_images(w.out_h() * w.out_w(), first, rows * w.out_w(), [&](int64_t of, int64_t pixel, int64_t pixels) {
        kernels().channel_sums(result.raw.data() + pixel * g.out_c, pixels, g.out_c, sums.first(of), sums.second(of));
      });
    }
  };
  const int64_t images_a_task = g.pixelwise() ? 8 : 4;  // with buffers that are reused
  parallel_for((w.batch + images_a_task - 1) / images_a_task, [&](int64_t task) {
    RowWindow padded(g.padded_row(), (band - 1) * w.stride + w.kernel);
    Tensor middle = Tensor::uninitialized({1, band, w.out_w(), g.mixed ? w.out_c : 1});
    const int64_t begin = task * images_a_task, end = std::min(w.batch, begin + images_a_task), images = g.images_a_run(end - begin);
    for (int64_t image = begin; image < end; image += images) run(image, images, padded, middle);
  });
  if (measure) result.sums = sums.total();
  return result;
}

// A reader of the value passes its gradient on.
void receive(Tape& tape, const NormedValue& x, const Tensor& dy) {
  if (!tape.wants_gradient(x.raw)) return;
  if (!x.norm) return tape.accumulate(x.raw, dy.clone());
  MaskedGradient masked = mask_gradient(tape.value(x.raw), dy, x.norm->batch, x.norm->how, x.norm->relu);
  x.norm->add_sums(masked.sums);
  tape.accumulate(x.raw, std::move(masked.g));
}

// Some pixels of the value, from float `begin` on, as its readers see them: where they are, or normed in `buffer`.
const float* seen(const NormedValue& x, const Tensor& raw, int64_t begin, int64_t pixels, Tensor& buffer) {
  if (!x.norm) return raw.data() + begin;
  kernels().normalize({.x = raw.data() + begin, .pixels = pixels, .channels = raw.shape().c, .scale = x.norm->how.scale.data(),
                       .shift = x.norm->how.shift.data(), .relu = x.norm->relu},
                      buffer.data());
  return buffer.data();
}

ChannelScale copy_of(const ChannelScale& how) { return {how.scale.clone(), how.shift.clone()}; }

}  // namespace

NormedValue conv_unit(Tape& tape, const NormedValue& x, const UnitWeights& weights, const NormRequest& request) {
  const UnitGeometry g = unit_geometry(tape, x, weights);
  ForwardResult result = forward(tape, g, x, weights, request.running == nullptr);
  auto norm =
      std::make_shared<Norm>(Norm{.gamma = request.gamma, .beta = request.beta, .epsilon = request.epsilon, .relu = request.relu});
  if (request.running) {
    norm->how = copy_of(*request.running);
    return {tape.constant(std::move(result.raw)), norm};
  }
  norm->batch = statistics_of(result.sums, g.output().pixels());
  norm->how = fold_norm(tape.value(request.gamma), tape.value(request.beta), norm->batch.mean, norm->batch.variance, request.epsilon);
  std::vector<Var> inputs = {x.raw, request.gamma, request.beta};
  if (weights.depthwise) inputs.push_back(*weights.depthwise);
  if (weights.conv) inputs.push_back(*weights.conv);
  const Var raw = tape.next();
  tape.record(std::move(result.raw), inputs, [=](Tape& t, const Tensor& dy) { unit_backward(t, {g, x, weights, raw, norm}, dy); });
  return {raw, norm};
}

Var materialize(Tape& tape, const NormedValue& x) {
  if (!x.norm) return x.raw;
  return tape.record(normalize(tape.value(x.raw), x.norm->how, x.norm->relu), {x.raw}, [=](Tape& t, const Tensor& dy) { receive(t, x, dy); });
}

Var add(Tape& tape, const NormedValue& a, const NormedValue& b) {
  const Tensor &x = tape.value(a.raw), &y = tape.value(b.raw);
  const Shape& s = x.shape();
  if (s != y.shape()) throw ConfigError(text("add: shapes ", to_text(s), " and ", to_text(y.shape()), ", expected equal ones"));
  Tensor sum = Tensor::uninitialized(s);
  const int64_t row = s.w * s.c, band = std::clamp<int64_t>(kBandPixels / s.w, 1, s.h);
  parallel_for(s.n, [&](int64_t image) {
    Tensor left = Tensor::uninitialized({1, band, s.w, s.c}), right = Tensor::uninitialized({1, band, s.w, s.c});
    for (int64_t first = 0; first < s.h; first += band) {
      const int64_t begin = (image * s.h + first) * row, pixels = std::min(band, s.h - first) * s.w;
      kernels().add(seen(a, x, begin, pixels, left), seen(b, y, begin, pixels, right), pixels * s.c, sum.data() + begin);
    }
  });
  return tape.record(std::move(sum), {a.raw, b.raw}, [=](Tape& t, const Tensor& dy) {
    receive(t, b, dy);
    receive(t, a, dy);
  });
}

void Norm::add_sums(const ChannelSums& sums) {
  if (gradient_sums.first.empty()) {
    gradient_sums = sums;
    return;
  }
  for (size_t c = 0; c < sums.first.size(); ++c) {
    gradient_sums.first[c] += sums.first[c];
    gradient_sums.second[c] += sums.second[c];
  }
}

}  // namespace mininas
