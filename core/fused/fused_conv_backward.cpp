// The backward pass of a fused convolution: one pass over the bands of an image. For each band it recomputes the
// normalised input and the depthwise output, then computes the gradients of the output, of the weights, of the
// depthwise output and of the input while their rows are in cache.
#include <algorithm>

#include "core/conv/bands.h"
#include "core/conv/products.h"
#include "core/error.h"
#include "core/fused/fused_conv_backward.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"

namespace mininas {
namespace {

// The weights in the layouts that the backward pass reads.
struct BackwardWeights {
  const float* depthwise = nullptr;  // as in the forward pass, for the recomputation
  Tensor flipped;                    // the depthwise kernel, flipped in both axes
  std::vector<PackedWeights> conv;   // the standard convolution, flipped and transposed ...
  WinogradWeights winograd;          // ... or in Winograd's form
};

// The sums that one task adds its weight gradients to.
struct Gradients {
  float* depthwise;  // [k][k][c]
  float* conv;       // layout: packed_weights.h, gradient_is_transposed
};

// Computes the bands of one image (or of one tall image, fused_conv_bands.h) after another, with buffers that are
// reused. fused_conv.h explains the two kinds of gradient.
class BackwardBands {
 public:
  BackwardBands(const Tape& tape, const FusedConv& conv, const Tensor& g, const NormSlopes& slopes,
                const BackwardWeights& weights, Tensor* dx, ImageSums* dx_sums)
      : conv_(conv),
        geometry_(conv.geometry),
        w_(geometry_.window),
        g_(g),
        raw_(tape.value(conv.raw)),
        slopes_(slopes),
        weights_(weights),
        dx_(dx),
        dx_sums_(dx_sums),
        reader_{geometry_, tape.value(conv.x.raw), conv.x.norm.get(), conv.x.relu},
        band_(geometry_.band_rows()),
        padded_(geometry_.padded_row(), (band_ - 1) * w_.stride + w_.kernel),
        dilated_(single_pass() ? w_.out_w() * w_.out_c : geometry_.gradient_row(),
                 band_ * (dilates() ? w_.stride : 1) + 2 * w_.kernel + w_.stride),
        dy_(buffer(band_ * w_.out_w() * geometry_.out_c)),
        middle_(buffer(geometry_.separable ? band_ * w_.out_w() * w_.out_c : 1)),
        inner_(buffer(middle_.size())),
        dz_(buffer((band_ * w_.stride + w_.kernel) * w_.in_w * w_.in_c)) {
    if (!geometry_.winograd()) return;
    winograd_gradient_.emplace(w_, band_);
    if (dx_)
      winograd_data_.emplace(weights_.winograd, band_ + 2, w_.in_w);  // the last band also computes the rows left over
  }

  void run(int64_t image, int64_t images, const Gradients& sums) {
    padded_.restart();
    dilated_.restart();
    dilated_.append_zeros(dilates() ? geometry_.gradient_border() : gradient_border(w_));
    int64_t done = 0;  // rows of dx that are complete
    for (int64_t y = 0, height = images * w_.out_h(); y < height; y += band_) {
      const int64_t rows = std::min(band_, height - y);
      const float* dy = load(image, y, rows);
      const float* inner = weight_gradients(rows, dy, sums);
      if (dx_) done = input_gradient(image, y, rows, inner, done, sums);
    }
  }

  // To be called after the last image.
  void finish(const Gradients& sums) {
    if (winograd_gradient_) winograd_gradient_->finish(sums.conv);
  }

 private:
  static Tensor buffer(int64_t floats) { return Tensor::uninitialized({1, 1, 1, floats}); }

  // Whether one kernel computes both the input gradient and the depthwise weight gradient.
  bool single_pass() const {
    return geometry_.depthwise && DepthwiseGradient::exists(w_.kernel, w_.stride) && dx_ && conv_.x.norm;
  }

  // Whether a depthwise kernel moves over the dilated output gradient by single pixels.
  bool dilates() const { return geometry_.depthwise && !single_pass(); }

  // The memory for `rows` rows of the window's output gradient: where the single-pass kernel reads them, or
  // `otherwise`.
  float* inner_rows(int64_t rows, Tensor& otherwise) {
    return single_pass() ? dilated_.append(rows) : otherwise.data();
  }

  // Recomputes the padded input rows and the depthwise output, and returns the gradient with respect to the raw output.
  const float* load(int64_t image, int64_t y, int64_t rows) {
    const int64_t end = (y + rows - 1) * w_.stride + w_.kernel;
    if (geometry_.separable || !single_pass()) in_ = reader_.fill(padded_, image, y * w_.stride, end);
    if (geometry_.separable)
      kernels().depthwise({.in = in_,
                           .in_row = geometry_.padded_row(),
                           .weights = weights_.depthwise,
                           .out = middle_.data(),
                           .rows = rows,
                           .width = w_.out_w(),
                           .channels = w_.in_c,
                           .kernel = w_.kernel,
                           .stride = w_.stride});
    const int64_t first = (image * w_.out_h() + y) * w_.out_w() * geometry_.out_c,
                  count = rows * w_.out_w() * geometry_.out_c;
    float* dy = geometry_.separable ? dy_.data() : inner_rows(rows, dy_);
    kernels().norm_gradient(raw_.data() + first, g_.data() + first, rows * w_.out_w(), geometry_.out_c, slopes_, dy);
    prefetch_ = {prefetch_range(raw_, first + count, count), prefetch_range(g_, first + count, count),
                 reader_.prefetch(image, end, band_ * w_.stride)};
    if (dx_)
      prefetch_[3] = prefetch_range(*dx_, (image * w_.in_h + (y + rows) * w_.stride) * w_.in_w * w_.in_c,
                                    rows * w_.stride * w_.in_w * w_.in_c);
    return dy;
  }

  // Adds the weight gradients, except those that the single-pass kernel computes later. Returns the gradient of the
  // window's output, rows x width x channels.
  const float* weight_gradients(int64_t rows, const float* dy, const Gradients& sums) {
    const int64_t out_w = w_.out_w();
    if (winograd_gradient_) {
      winograd_gradient_->add(in_, dy, rows);
      return dy;
    }
    if (!geometry_.depthwise) {
      const Prefetch none = {};  // if there is an input gradient, its product prefetches
      add_window_gradient(w_, dy, geometry_.windows(in_), rows, sums.conv, dx_ ? none : prefetch_);
      return dy;
    }
    const float* inner = dy;
    if (geometry_.separable) {  // through the pointwise convolution after the depthwise one
      add_pixel_gradient(geometry_.pointwise(), dy, middle_.data(), rows * out_w, sums.conv);
      float* gradient = inner_rows(rows, inner_);
      multiply_pixels(dy, rows * out_w, geometry_.out_c, weights_.conv[0], w_.out_c, gradient, prefetch_);
      inner = gradient;
    }
    if (single_pass()) return inner;
    kernels().depthwise_weight_gradient({.in = in_,
                                         .in_row = geometry_.padded_row(),
                                         .out_gradient = inner,
                                         .gradient = sums.depthwise,
                                         .rows = rows,
                                         .width = out_w,
                                         .channels = w_.in_c,
                                         .kernel = w_.kernel,
                                         .stride = w_.stride});
    return inner;
  }

  // Appends the window's output gradient to the rows that the input gradient reads (unless it was written there), and
  // computes all rows of dx for which there are enough of them. Returns the number of complete rows of dx.
  int64_t input_gradient(int64_t image, int64_t y, int64_t rows, const float* inner, int64_t done,
                         const Gradients& sums) {
    if (w_.kernel == 1 && w_.stride == 1) {  // no window: the rows are read in place
      finish_rows(image, y, rows, inner, y, sums);
      return y + rows;
    }
    if (!single_pass())
      for (int64_t row = 0; row < rows; ++row) append_dilated_row(inner + row * w_.out_w() * w_.out_c);
    const bool last = y + rows == w_.out_h();
    if (last) dilated_.append_zeros(dilates() ? w_.in_h + w_.kernel - 1 - dilated_.end() : gradient_border(w_));
    int64_t ready = last ? w_.in_h : std::clamp((y + rows) * w_.stride - w_.padding(), done, w_.in_h);
    if (winograd_data_ && !last) ready -= ready % 2;  // whole tiles
    if (ready > done)
      finish_rows(image, done, ready - done, dilated_.row(first_dilated_row(done)), first_dilated_row(done), sums);
    dilated_.drop_before(first_dilated_row(ready));
    return ready;
  }

  // The first row of dilated_ that row `row` of the input gradient reads.
  int64_t first_dilated_row(int64_t row) const {
    if (dilates()) return row;
    const GradientPhase phase = phase_of(w_, (row + w_.padding()) % w_.stride);
    return phase.start + (row - phase.first) / w_.stride + gradient_border(w_);
  }

  void append_dilated_row(const float* gradient) {
    const int64_t border = geometry_.gradient_border() * w_.out_c, pixels = w_.out_w() * w_.out_c,
                  width = geometry_.gradient_row();
    const int64_t step = geometry_.gradient_step();
    float* out = dilated_.append(1);
    if (step == 1) {
      std::memset(out, 0, static_cast<size_t>(border) * sizeof(float));
      std::memcpy(out + border, gradient, static_cast<size_t>(pixels) * sizeof(float));
      std::memset(out + border + pixels, 0, static_cast<size_t>(width - border - pixels) * sizeof(float));
      return;
    }
    std::memset(out, 0, static_cast<size_t>(width) * sizeof(float));
    for (int64_t x = 0; x < w_.out_w(); ++x)
      std::memcpy(out + border + x * step * w_.out_c, gradient + x * w_.out_c,
                  static_cast<size_t>(w_.out_c) * sizeof(float));
    dilated_.append_zeros(step - 1);
  }

  // Computes `rows` rows of dx: the convolution of `dilated`, whose first row is number dilated_first, then the mask of
  // the input's ReLU and the sums for the input's norm.
  void finish_rows(int64_t image, int64_t first, int64_t rows, const float* dilated, int64_t dilated_first,
                   const Gradients& sums) {
    const int64_t row_floats = w_.in_w * w_.in_c;
    float* out = dx_->data() + (image * w_.in_h + first) * row_floats;
    const Norm* norm = conv_.x.norm.get();
    if (single_pass())
      return kernels().depthwise_gradient({.x = reader_.rows(image, first, rows),
                                           .mean = norm->batch.mean.data(),
                                           .dy = dilated,
                                           .weights = weights_.depthwise,
                                           .width = w_.in_w,
                                           .out_width = w_.out_w(),
                                           .kernel = w_.kernel,
                                           .stride = w_.stride,
                                           .phase = static_cast<int>((first + w_.padding()) % w_.stride),
                                           .g = out,
                                           .sum = dx_sums_->first(image),
                                           .products = dx_sums_->second(image),
                                           .gradient = sums.depthwise,
                                           .stream = streams(*dx_)});
    float* dz = norm ? dz_.data() : out;
    if (geometry_.depthwise)
      kernels().depthwise({.in = dilated,
                           .in_row = geometry_.gradient_row(),
                           .weights = weights_.flipped.data(),
                           .out = dz,
                           .rows = rows,
                           .width = w_.in_w,
                           .channels = w_.in_c,
                           .kernel = w_.kernel,
                           .stride = 1});
    else if (winograd_data_)
      winograd_data_->convolve(dilated, rows, dz, prefetch_);
    else
      multiply_transposed(w_, {dilated, dilated_first - geometry_.gradient_border()}, first, rows, weights_.conv, dz,
                          prefetch_);
    if (norm)
      mask(image * w_.in_h + first, rows, dz);
    else if (conv_.x.relu)
      kernels().relu_gradient(reader_.rows(image, first, rows).x, dz, rows * row_floats, out);
  }

  // The mask of the input's ReLU and the sums for the input's norm, for `rows` rows from row `first` of the batch on.
  void mask(int64_t first, int64_t rows, const float* dz) {
    const int64_t begin = first * w_.in_w;
    for_images(w_.in_h * w_.in_w, begin, rows * w_.in_w, [&](int64_t image, int64_t pixel, int64_t pixels) {
      NormRows x = reader_.rows(0, 0, 0);
      x.x += pixel * w_.in_c;
      x.pixels = pixels;
      kernels().mask_gradient(x, dz + (pixel - begin) * w_.in_c, conv_.x.norm->batch.mean.data(),
                              dx_->data() + pixel * w_.in_c, dx_sums_->first(image), dx_sums_->second(image));
    });
  }

  const FusedConv& conv_;
  const FusedConvGeometry& geometry_;
  const ConvGeometry& w_;
  const Tensor &g_, &raw_;
  const NormSlopes slopes_;
  const BackwardWeights& weights_;
  Tensor* dx_;
  ImageSums* dx_sums_;
  InputReader reader_;
  int64_t band_;
  RowWindow padded_, dilated_;  // padded input; output gradient of the window, as the input gradient reads it
  const float* in_ = nullptr;   // padded rows of the band
  Tensor dy_, middle_, inner_, dz_;
  std::optional<WinogradGradient> winograd_gradient_;
  std::optional<WinogradBand> winograd_data_;
  Prefetch prefetch_;  // what the next band reads
};

BackwardWeights prepare(const Tape& tape, const FusedConv& conv) {
  BackwardWeights weights;
  if (conv.weights.depthwise) {
    weights.depthwise = tape.value(*conv.weights.depthwise).data();
    weights.flipped = flip_depthwise(tape.value(*conv.weights.depthwise));
  }
  const FusedConvGeometry& g = conv.geometry;
  if (g.winograd())
    weights.winograd = winograd_backward(g.window, tape.value(*conv.weights.conv));
  else if (conv.weights.conv)
    weights.conv = pack_backward(g.separable ? g.pointwise() : g.window, tape.value(*conv.weights.conv));
  return weights;
}

Tensor first_of(const Tensor& sums, const Shape& shape) {
  Tensor first = Tensor::uninitialized(shape);
  std::copy_n(sums.data(), shape.size(), first.data());
  return first;
}

}  // namespace

void fused_conv_backward(Tape& tape, const FusedConv& conv, const Tensor& g) {
  const FusedConvGeometry& geometry = conv.geometry;
  const ConvGeometry& w = geometry.window;
  Norm& norm = *conv.norm;
  NormGradient d =
      norm_gradient(norm.gradient_sums, tape.value(norm.gamma), norm.batch, geometry.output().pixels(), norm.epsilon);
  const BackwardWeights weights = prepare(tape, conv);
  const int64_t depthwise_size = geometry.depthwise ? w.depthwise_weight().size() : 0;
  const int64_t conv_size = conv.weights.conv ? tape.value(*conv.weights.conv).size() : 0;
  const bool wants_input = tape.wants_gradient(conv.x.raw);
  Tensor dx = wants_input ? Tensor::uninitialized(w.input()) : Tensor();
  ImageSums dx_sums(w.batch, w.in_c);
  // The sums of both weight gradients, one after the other in one tensor per chunk.
  const Tensor sums = sum_over_chunks(w.batch, {1, 1, 1, depthwise_size + conv_size}, [&](int64_t chunk, Tensor& sum) {
    BackwardBands bands(tape, conv, g, d.slopes(), weights, wants_input ? &dx : nullptr, &dx_sums);
    const Gradients gradients{sum.data(), sum.data() + depthwise_size};
    const int64_t begin = chunk_begin(w.batch, chunk), end = chunk_begin(w.batch, chunk + 1),
                  images = geometry.images_per_run(end - begin);
    for (int64_t image = begin; image < end; image += images) bands.run(image, images, gradients);
    bands.finish(gradients);
  });
  tape.accumulate(norm.gamma, std::move(d.dgamma));
  tape.accumulate(norm.beta, std::move(d.dbeta));
  if (conv.weights.depthwise) tape.accumulate(*conv.weights.depthwise, first_of(sums, w.depthwise_weight()));
  if (conv.weights.conv)
    tape.accumulate(*conv.weights.conv,
                    gradient_as_weight(geometry.separable ? geometry.pointwise() : w, sums.data() + depthwise_size));
  if (!wants_input) return;
  if (conv.x.norm) conv.x.norm->add_sums(dx_sums.total());
  tape.accumulate(conv.x.raw, std::move(dx));
}

}  // namespace mininas
