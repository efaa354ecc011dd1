// The forward pass of a fused convolution, and its tape node. The backward pass is in
// core/fused/fused_conv_backward.cpp.
#include "core/fused/fused_conv.h"

#include <algorithm>

#include "core/autograd/ops.h"
#include "core/conv/products.h"
#include "core/error.h"
#include "core/fused/fused_conv_backward.h"
#include "core/fused/fused_conv_bands.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"

namespace mininas {
namespace {

// The weights in the layouts that the forward pass reads. A standard convolution uses either `conv` or `winograd`.
struct ForwardWeights {
  const float* depthwise = nullptr;
  PackedWeights conv;
  WinogradWeights winograd;
};

// Computes the bands of one image (or of one tall image, fused_conv_bands.h) after another, with buffers that are
// reused. `sums`: of the raw output and of its squares; null in evaluation.
class ForwardBands {
 public:
  ForwardBands(const InputReader& reader, const ForwardWeights& weights, Tensor& raw, ImageSums* sums)
      : reader_(reader),
        g_(reader.geometry),
        w_(g_.window),
        weights_(weights),
        raw_(raw),
        sums_(sums),
        band_(g_.band_rows()),
        padded_(g_.padded_row(), (band_ - 1) * w_.stride + w_.kernel),
        middle_(Tensor::uninitialized({1, band_, w_.out_w(), g_.separable ? w_.out_c : 1})) {
    if (g_.winograd()) winograd_.emplace(weights_.winograd, band_, w_.out_w());
  }

  void run(int64_t image, int64_t images) {
    padded_.restart();
    for (int64_t y = 0, height = images * w_.out_h(); y < height; y += band_)
      run_band(image, y, std::min(band_, height - y));
  }

 private:
  void run_band(int64_t image, int64_t y, int64_t rows) {
    const int64_t first = (image * w_.out_h() + y) * w_.out_w(), pixels = rows * w_.out_w();
    float* out = raw_.data() + first * g_.out_c;
    const int64_t end = (y + rows - 1) * w_.stride + w_.kernel;
    const float* in = reader_.fill(padded_, image, y * w_.stride, end);
    const Prefetch prefetch{reader_.prefetch(image, end, band_ * w_.stride),
                            prefetch_range(raw_, (first + pixels) * g_.out_c, band_ * w_.out_w() * g_.out_c)};
    DepthwiseRows window{.in = in,
                         .in_row = g_.padded_row(),
                         .weights = weights_.depthwise,
                         .out = g_.separable ? middle_.data() : out,
                         .rows = rows,
                         .width = w_.out_w(),
                         .channels = w_.in_c,
                         .kernel = w_.kernel,
                         .stride = w_.stride};
    if (g_.separable) {
      kernels().depthwise(window);
      multiply_pixels(middle_.data(), pixels, w_.out_c, weights_.conv, g_.out_c, out, prefetch);
    } else if (g_.depthwise) {  // this kernel computes the sums itself
      window.stream = streams(raw_);
      if (sums_) window.sum = sums_->first(image), window.squares = sums_->second(image);
      return kernels().depthwise(window);
    } else if (winograd_) {
      winograd_->convolve(in, rows, out, prefetch);
    } else {
      multiply_windows(g_.windows(in), rows, w_.out_w(), weights_.conv, w_.out_c, out, prefetch);
    }
    if (sums_) measure(first, pixels);
  }

  void measure(int64_t first, int64_t pixels) {
    for_images(w_.out_h() * w_.out_w(), first, pixels, [&](int64_t image, int64_t pixel, int64_t count) {
      kernels().channel_sums(raw_.data() + pixel * g_.out_c, count, g_.out_c, sums_->first(image),
                             sums_->second(image));
    });
  }

  const InputReader& reader_;
  const FusedConvGeometry& g_;
  const ConvGeometry& w_;
  const ForwardWeights& weights_;
  Tensor& raw_;
  ImageSums* sums_;
  int64_t band_;
  RowWindow padded_;
  Tensor middle_;  // output of the depthwise convolution of a separable one
  std::optional<WinogradBand> winograd_;
};

struct ForwardResult {
  Tensor raw;
  ChannelSums sums;
};

ForwardResult forward(const Tape& tape, const FusedConvGeometry& g, const NormedValue& x,
                      const FusedConvWeights& weights, bool measure) {
  const int64_t batch = g.window.batch;
  ForwardWeights forward_weights;
  if (g.depthwise) forward_weights.depthwise = tape.value(*weights.depthwise).data();
  if (g.winograd())
    forward_weights.winograd = winograd_forward(g.window, tape.value(*weights.conv));
  else if (weights.conv)
    forward_weights.conv = pack_forward(g.separable ? g.pointwise() : g.window, tape.value(*weights.conv));
  const InputReader reader{g, tape.value(x.raw), x.norm.get(), x.relu};
  ForwardResult result{Tensor::uninitialized(g.output()), {}};
  ImageSums sums(batch, g.out_c);
  const int64_t images_per_task = g.pixelwise() ? 8 : 4;
  parallel_for((batch + images_per_task - 1) / images_per_task, [&](int64_t task) {
    ForwardBands bands(reader, forward_weights, result.raw, measure ? &sums : nullptr);
    const int64_t begin = task * images_per_task, end = std::min(batch, begin + images_per_task),
                  images = g.images_per_run(end - begin);
    for (int64_t image = begin; image < end; image += images) bands.run(image, images);
  });
  if (measure) result.sums = sums.total();
  return result;
}

// Passes the gradient dy of a reader that is not a fused convolution on to the raw value and its norm.
void receive(Tape& tape, const NormedValue& x, const Tensor& dy) {
  if (!tape.wants_gradient(x.raw)) return;
  const Tensor& raw = tape.value(x.raw);
  if (!x.norm) return tape.accumulate(x.raw, x.relu ? relu_gradient(raw, dy) : dy.clone());
  MaskedGradient masked = mask_gradient(raw, dy, x.norm->batch, x.norm->affine, x.relu);
  x.norm->add_sums(masked.sums);
  tape.accumulate(x.raw, std::move(masked.g));
}

// `pixels` pixels of the view, from float `begin` on: in `buffer`, or in the raw tensor itself if the view is plain.
const float* normalized(const NormedValue& x, const Tensor& raw, int64_t begin, int64_t pixels, Tensor& buffer) {
  if (x.is_plain()) return raw.data() + begin;
  load_rows({.x = raw.data() + begin,
             .pixels = pixels,
             .channels = raw.shape().c,
             .scale = x.norm ? x.norm->affine.scale.data() : nullptr,
             .shift = x.norm ? x.norm->affine.shift.data() : nullptr,
             .relu = x.relu},
            buffer.data());
  return buffer.data();
}

ChannelScale copy_of(const ChannelScale& affine) { return {affine.scale.clone(), affine.shift.clone()}; }

}  // namespace

NormedValue fused_conv(Tape& tape, const NormedValue& x, const FusedConvWeights& weights, const NormRequest& request) {
  const FusedConvGeometry g = fused_conv_geometry(tape, x, weights);
  ForwardResult result = forward(tape, g, x, weights, request.running == nullptr);
  auto norm = std::make_shared<Norm>(Norm{.gamma = request.gamma, .beta = request.beta, .epsilon = request.epsilon});
  if (request.running) {
    norm->affine = copy_of(*request.running);
    return {tape.constant(std::move(result.raw)), norm};
  }
  norm->batch = statistics_of(result.sums, g.output().pixels());
  norm->affine = fold_norm(tape.value(request.gamma), tape.value(request.beta), norm->batch.mean, norm->batch.variance,
                           request.epsilon);
  std::vector<Var> inputs = {x.raw, request.gamma, request.beta};
  if (weights.depthwise) inputs.push_back(*weights.depthwise);
  if (weights.conv) inputs.push_back(*weights.conv);
  const Var raw = tape.next();
  tape.record(std::move(result.raw), inputs, [=](Tape& t, const Tensor& dy) {
    fused_conv_backward(t, {g, x, weights, raw, norm}, dy);
  });
  return {raw, norm};
}

Var materialize(Tape& tape, const NormedValue& x) {
  if (!x.norm) return x.relu ? relu(tape, x.raw) : x.raw;
  return tape.record(normalize(tape.value(x.raw), x.norm->affine, x.relu), {x.raw},
                     [=](Tape& t, const Tensor& dy) { receive(t, x, dy); });
}

Var add(Tape& tape, const NormedValue& a, const NormedValue& b) {
  const Tensor &x = tape.value(a.raw), &y = tape.value(b.raw);
  const Shape& s = x.shape();
  if (s != y.shape())
    throw ConfigError(text("add: shapes ", to_text(s), " and ", to_text(y.shape()), ", expected equal ones"));
  Tensor sum = Tensor::uninitialized(s);
  const int64_t row = s.w * s.c, band = std::clamp<int64_t>(kBandPixels / s.w, 1, s.h);
  parallel_for(s.n, [&](int64_t image) {
    Tensor left = Tensor::uninitialized({1, band, s.w, s.c}), right = Tensor::uninitialized({1, band, s.w, s.c});
    for (int64_t first = 0; first < s.h; first += band) {
      const int64_t begin = (image * s.h + first) * row, pixels = std::min(band, s.h - first) * s.w;
      kernels().add(normalized(a, x, begin, pixels, left), normalized(b, y, begin, pixels, right), pixels * s.c,
                    sum.data() + begin);
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
