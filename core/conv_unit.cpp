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

// Rows of the window's output, from padded rows.
void window_forward(const UnitGeometry& g, const float* padded, int64_t rows, const float* depthwise, const PackedWeights& conv,
                    std::optional<WinogradBand>& winograd, float* out, const SoonRead& soon) {
  const ConvGeometry& w = g.window;
  if (winograd) return winograd->convolve(padded, rows, out, soon);
  if (!g.depthwise) return multiply_windows(g.windows(padded), rows, w.out_w(), conv, w.out_c, out, soon);
  kernels().depthwise({.in = padded, .in_row = g.padded_row(), .weights = depthwise, .out = out,
                       .rows = rows, .width = w.out_w(), .channels = w.in_c, .kernel = w.kernel, .stride = w.stride});
}

struct ForwardResult {
  Tensor raw;
  ChannelSums sums;  // of the raw output and of its squares
};

ForwardResult forward(const Tape& tape, const UnitGeometry& g, const NormedValue& x, const UnitWeights& weights, bool measure) {
  const ConvGeometry& w = g.window;
  const float* depthwise = g.depthwise ? tape.value(*weights.depthwise).data() : nullptr;
  PackedWeights conv;
  WinogradWeights winograd_weights;
  if (g.winograd())
    winograd_weights = winograd_forward(w, tape.value(*weights.conv));
  else if (weights.conv)
    conv = pack_forward(g.mixed ? g.mix() : w, tape.value(*weights.conv));
  const InputReader reader{g, tape.value(x.raw), x.norm.get()};
  const int64_t band = g.band_rows(), out_row = w.out_w() * g.out_c;
  ForwardResult result{Tensor::uninitialized(g.output()), {}};
  ImageSums sums(w.batch, g.out_c);
  const auto run = [&](int64_t image, RowWindow& padded, Tensor& middle, std::optional<WinogradBand>& winograd) {
    padded.restart();
    for (int64_t y = 0; y < w.out_h(); y += band) {
      const int64_t rows = std::min(band, w.out_h() - y);
      float* out = result.raw.data() + (image * w.out_h() + y) * out_row;
      padded.drop_before(y * w.stride);
      const int64_t end = (y + rows - 1) * w.stride + w.kernel;
      reader.fill(padded, image, end);
      const SoonRead soon{reader.soon(image, end, band * w.stride),
                          soon_of(result.raw, (image * w.out_h() + y + rows) * out_row, band * out_row)};
      window_forward(g, padded.row(y * w.stride), rows, depthwise, conv, winograd, g.mixed ? middle.data() : out, soon);
      if (g.mixed) multiply_pixels(middle.data(), rows * w.out_w(), w.out_c, conv, g.out_c, out, soon);
      if (measure) kernels().channel_sums(out, rows * w.out_w(), g.out_c, sums.first(image), sums.second(image));
    }
  };
  constexpr int64_t kImages = 4;  // a task, with buffers that are reused
  parallel_for((w.batch + kImages - 1) / kImages, [&](int64_t task) {
    RowWindow padded(g.padded_row(), (band - 1) * w.stride + w.kernel);
    Tensor middle = Tensor::uninitialized({1, band, w.out_w(), g.mixed ? w.out_c : 1});
    std::optional<WinogradBand> winograd;
    if (g.winograd()) winograd.emplace(winograd_weights, band, w.out_w());
    for (int64_t image = task * kImages; image < std::min(w.batch, (task + 1) * kImages); ++image) run(image, padded, middle, winograd);
  });
  if (measure) result.sums = sums.total();
  return result;
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
  const auto norm = x.norm;
  const Var raw = x.raw;
  return tape.record(normalize(tape.value(raw), norm->how, norm->relu), {raw}, [=](Tape& t, const Tensor& dy) {
    MaskedGradient masked = mask_gradient(t.value(raw), dy, norm->batch, norm->how, norm->relu);
    norm->add_sums(masked.sums);
    t.accumulate(raw, std::move(masked.g));
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
