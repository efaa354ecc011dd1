// One pass over the bands of an image does everything: the normalised input and the depthwise output are computed
// again, then the gradients of the output, of the weights, of the depthwise output and of the input follow while their
// rows are in cache.
#include <algorithm>

#include "core/conv/bands.h"
#include "core/conv/products.h"
#include "core/error.h"
#include "core/fused/unit_backward.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"

namespace mininas {
namespace {

// The weights as the backward pass reads them.
struct BackwardWeights {
  const float* depthwise = nullptr;  // as forward: for the recomputation
  Tensor flipped;                    // depthwise, turned
  std::vector<PackedWeights> conv;   // turned and transposed
  WinogradWeights winograd;          // instead of these
};

// What one task needs besides its rows.
struct Gradients {
  float* depthwise;  // [k][k][c]
  float* conv;       // see packed_weights.h
};

// The bands of one image (or of several as a tall one, unit_bands.h) after another, with buffers that are reused. See
// conv_unit.h for how gradients travel.
class BackwardBands {
 public:
  BackwardBands(const Tape& tape, const Unit& unit, const Tensor& g, const NormSlopes& slopes,
                const BackwardWeights& weights, Tensor* dx, ImageSums* dx_sums)
      : unit_(unit),
        geometry_(unit.geometry),
        w_(geometry_.window),
        g_(g),
        raw_(tape.value(unit.raw)),
        slopes_(slopes),
        weights_(weights),
        dx_(dx),
        dx_sums_(dx_sums),
        reader_{geometry_, tape.value(unit.x.raw), unit.x.norm.get()},
        band_(geometry_.band_rows()),
        padded_(geometry_.padded_row(), (band_ - 1) * w_.stride + w_.kernel),
        spread_(joint() ? w_.out_w() * w_.out_c : geometry_.gradient_row(),
                band_ * (spreads() ? w_.stride : 1) + 2 * w_.kernel + w_.stride),
        dy_(buffer(band_ * w_.out_w() * geometry_.out_c)),
        middle_(buffer(geometry_.mixed ? band_ * w_.out_w() * w_.out_c : 1)),
        inner_(buffer(middle_.size())),
        dz_(buffer((band_ * w_.stride + w_.kernel) * w_.in_w * w_.in_c)) {
    if (!geometry_.winograd()) return;
    winograd_gradient_.emplace(w_, band_);
    if (dx_)
      winograd_data_.emplace(weights_.winograd, band_ + 2,
                             w_.in_w);  // the last band makes what earlier ones could not yet
  }

  void run(int64_t image, int64_t images, const Gradients& sums) {
    padded_.restart();
    spread_.restart();
    spread_.append_zeros(spreads() ? geometry_.gradient_border() : gradient_border(w_));
    int64_t done = 0;  // rows of dx
    for (int64_t y = 0, height = images * w_.out_h(); y < height; y += band_) {
      const int64_t rows = std::min(band_, height - y);
      const float* dy = load(image, y, rows);
      const float* inner = weight_gradients(rows, dy, sums);
      if (dx_) done = input_gradient(image, y, rows, inner, done, sums);
    }
  }

  // After the last image.
  void finish(const Gradients& sums) {
    if (winograd_gradient_) winograd_gradient_->finish(sums.conv);
  }

 private:
  static Tensor buffer(int64_t floats) { return Tensor::uninitialized({1, 1, 1, floats}); }

  // Whether one kernel makes the gradients of the input and of the depthwise weights.
  bool joint() const {
    return geometry_.depthwise && DepthwiseGradient::exists(w_.kernel, w_.stride) && dx_ && unit_.x.norm;
  }

  // Whether a depthwise kernel slides over the window's output gradient by single pixels.
  bool spreads() const { return geometry_.depthwise && !joint(); }

  // Where `rows` rows of the window's output gradient are made: there where the joint kernel reads them, or in
  // `otherwise`.
  float* inner_rows(int64_t rows, Tensor& otherwise) { return joint() ? spread_.append(rows) : otherwise.data(); }

  // The input's padded rows, the depthwise output, and the true gradient of the raw output, which it returns.
  const float* load(int64_t image, int64_t y, int64_t rows) {
    const int64_t end = (y + rows - 1) * w_.stride + w_.kernel;
    if (geometry_.mixed || !joint()) in_ = reader_.fill(padded_, image, y * w_.stride, end);
    if (geometry_.mixed)
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
    float* dy = geometry_.mixed ? dy_.data() : inner_rows(rows, dy_);
    kernels().norm_gradient(raw_.data() + first, g_.data() + first, rows * w_.out_w(), geometry_.out_c, slopes_, dy);
    soon_ = {soon_of(raw_, first + count, count), soon_of(g_, first + count, count),
             reader_.soon(image, end, band_ * w_.stride)};
    if (dx_)
      soon_[3] = soon_of(*dx_, (image * w_.in_h + (y + rows) * w_.stride) * w_.in_w * w_.in_c,
                         rows * w_.stride * w_.in_w * w_.in_c);
    return dy;
  }

  // But for what the joint kernel does later. Returns the gradient of the window's output, rows x width x channels.
  const float* weight_gradients(int64_t rows, const float* dy, const Gradients& sums) {
    const int64_t out_w = w_.out_w();
    if (winograd_gradient_) {
      winograd_gradient_->add(in_, dy, rows);
      return dy;
    }
    if (!geometry_.depthwise) {
      const SoonRead none = {};  // the input gradient asks, where there is one
      add_window_gradient(w_, dy, geometry_.windows(in_), rows, sums.conv, dx_ ? none : soon_);
      return dy;
    }
    const float* inner = dy;
    if (geometry_.mixed) {  // through the pointwise convolution behind the depthwise one
      add_pixel_gradient(geometry_.mix(), dy, middle_.data(), rows * out_w, sums.conv);
      float* gradient = inner_rows(rows, inner_);
      multiply_pixels(dy, rows * out_w, geometry_.out_c, weights_.conv[0], w_.out_c, gradient, soon_);
      inner = gradient;
    }
    if (joint()) return inner;
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

  // Appends the window's output gradient to the rows that the input gradient reads, unless it was made there, and makes
  // as many of its rows as they suffice for. Returns how many of them are done.
  int64_t input_gradient(int64_t image, int64_t y, int64_t rows, const float* inner, int64_t done,
                         const Gradients& sums) {
    if (w_.kernel == 1 && w_.stride == 1) {  // nothing slides: they are read where they are
      finish_rows(image, y, rows, inner, y, sums);
      return y + rows;
    }
    if (!joint())
      for (int64_t row = 0; row < rows; ++row) spread_row(inner + row * w_.out_w() * w_.out_c);
    const bool last = y + rows == w_.out_h();
    if (last) spread_.append_zeros(spreads() ? w_.in_h + w_.kernel - 1 - spread_.end() : gradient_border(w_));
    int64_t ready = last ? w_.in_h : std::clamp((y + rows) * w_.stride - w_.padding(), done, w_.in_h);
    if (winograd_data_ && !last) ready -= ready % 2;  // whole tiles
    if (ready > done)
      finish_rows(image, done, ready - done, spread_.row(first_spread_row(done)), first_spread_row(done), sums);
    spread_.drop_before(first_spread_row(ready));
    return ready;
  }

  // The first row of spread_ that row `row` of the input gradient reads.
  int64_t first_spread_row(int64_t row) const {
    if (spreads()) return row;
    const GradientPhase phase = phase_of(w_, (row + w_.padding()) % w_.stride);
    return phase.start + (row - phase.first) / w_.stride + gradient_border(w_);
  }

  void spread_row(const float* gradient) {
    const int64_t border = geometry_.gradient_border() * w_.out_c, pixels = w_.out_w() * w_.out_c,
                  width = geometry_.gradient_row();
    const int64_t step = geometry_.gradient_step();
    float* out = spread_.append(1);
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
    spread_.append_zeros(step - 1);
  }

  // Rows of dx from `spread`, row spread_first of those that the input gradient reads: the convolution, then the mask
  // of the input's ReLU and the sums that its norm needs.
  void finish_rows(int64_t image, int64_t first, int64_t rows, const float* spread, int64_t spread_first,
                   const Gradients& sums) {
    const int64_t row_floats = w_.in_w * w_.in_c;
    float* out = dx_->data() + (image * w_.in_h + first) * row_floats;
    const Norm* norm = unit_.x.norm.get();
    if (joint())
      return kernels().depthwise_gradient({.x = reader_.rows(image, first, rows),
                                           .mean = norm->batch.mean.data(),
                                           .dy = spread,
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
      kernels().depthwise({.in = spread,
                           .in_row = geometry_.gradient_row(),
                           .weights = weights_.flipped.data(),
                           .out = dz,
                           .rows = rows,
                           .width = w_.in_w,
                           .channels = w_.in_c,
                           .kernel = w_.kernel,
                           .stride = 1});
    else if (winograd_data_)
      winograd_data_->convolve(spread, rows, dz, soon_);
    else
      multiply_transposed(w_, {spread, spread_first - geometry_.gradient_border()}, first, rows, weights_.conv, dz,
                          soon_);
    if (norm) mask(image * w_.in_h + first, rows, dz);
  }

  // The mask of the input's ReLU and the sums that its norm needs, for `rows` rows from row `first` of the batch on.
  void mask(int64_t first, int64_t rows, const float* dz) {
    const int64_t begin = first * w_.in_w;
    for_images(w_.in_h * w_.in_w, begin, rows * w_.in_w, [&](int64_t image, int64_t pixel, int64_t pixels) {
      NormRows x = reader_.rows(0, 0, 0);
      x.x += pixel * w_.in_c;
      x.pixels = pixels;
      kernels().mask_gradient(x, dz + (pixel - begin) * w_.in_c, unit_.x.norm->batch.mean.data(),
                              dx_->data() + pixel * w_.in_c, dx_sums_->first(image), dx_sums_->second(image));
    });
  }

  const Unit& unit_;
  const UnitGeometry& geometry_;
  const ConvGeometry& w_;
  const Tensor &g_, &raw_;
  const NormSlopes slopes_;
  const BackwardWeights& weights_;
  Tensor* dx_;
  ImageSums* dx_sums_;
  InputReader reader_;
  int64_t band_;
  RowWindow padded_, spread_;  // the latter: the window's output gradient, as the input gradient reads it
  const float* in_ = nullptr;  // the band's padded rows
  Tensor dy_, middle_, inner_, dz_;
  std::optional<WinogradGradient> winograd_gradient_;
  std::optional<WinogradBand> winograd_data_;
  SoonRead soon_;  // of the next band
};

BackwardWeights prepare(const Tape& tape, const Unit& unit) {
  BackwardWeights weights;
  if (unit.weights.depthwise) {
    weights.depthwise = tape.value(*unit.weights.depthwise).data();
    weights.flipped = flip_depthwise(tape.value(*unit.weights.depthwise));
  }
  const UnitGeometry& g = unit.geometry;
  if (g.winograd())
    weights.winograd = winograd_backward(g.window, tape.value(*unit.weights.conv));
  else if (unit.weights.conv)
    weights.conv = pack_backward(g.mixed ? g.mix() : g.window, tape.value(*unit.weights.conv));
  return weights;
}

Tensor first_of(const Tensor& sums, const Shape& shape) {
  Tensor first = Tensor::uninitialized(shape);
  std::copy_n(sums.data(), shape.size(), first.data());
  return first;
}

}  // namespace

void unit_backward(Tape& tape, const Unit& unit, const Tensor& g) {
  const UnitGeometry& geometry = unit.geometry;
  const ConvGeometry& w = geometry.window;
  Norm& norm = *unit.norm;
  NormGradient d =
      norm_gradient(norm.gradient_sums, tape.value(norm.gamma), norm.batch, geometry.output().pixels(), norm.epsilon);
  const BackwardWeights weights = prepare(tape, unit);
  const int64_t depthwise_size = geometry.depthwise ? w.depthwise_weight().size() : 0;
  const int64_t conv_size = unit.weights.conv ? tape.value(*unit.weights.conv).size() : 0;
  const bool wants_input = tape.wants_gradient(unit.x.raw);
  Tensor dx = wants_input ? Tensor::uninitialized(w.input()) : Tensor();
  ImageSums dx_sums(w.batch, w.in_c);
  // The chunks' sums of both weights, one behind the other.
  const Tensor sums = sum_over_chunks(w.batch, {1, 1, 1, depthwise_size + conv_size}, [&](int64_t chunk, Tensor& sum) {
    BackwardBands bands(tape, unit, g, d.slopes(), weights, wants_input ? &dx : nullptr, &dx_sums);
    const Gradients gradients{sum.data(), sum.data() + depthwise_size};
    const int64_t begin = chunk_begin(w.batch, chunk), end = chunk_begin(w.batch, chunk + 1),
                  images = geometry.images_a_run(end - begin);
    for (int64_t image = begin; image < end; image += images) bands.run(image, images, gradients);
    bands.finish(gradients);
  });
  tape.accumulate(norm.gamma, std::move(d.dgamma));
  tape.accumulate(norm.beta, std::move(d.dbeta));
  if (unit.weights.depthwise) tape.accumulate(*unit.weights.depthwise, first_of(sums, w.depthwise_weight()));
  if (unit.weights.conv)
    tape.accumulate(*unit.weights.conv,
                    gradient_as_weight(geometry.mixed ? geometry.mix() : w, sums.data() + depthwise_size));
  if (!wants_input) return;
  if (unit.x.norm) unit.x.norm->add_sums(dx_sums.total());
  tape.accumulate(unit.x.raw, std::move(dx));
}

}  // namespace mininas
