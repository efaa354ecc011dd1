#include "search/methods/darts/operations.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace mininas::darts {
namespace {

constexpr double kEpsilon = 1e-5;

int64_t strided(int64_t extent, int stride) { return (extent + stride - 1) / stride; }

Maps like(const Maps& x) { return {x.count, x.height, x.width, x.channels}; }

// Calls visit(n, oy, ox, iy, ix, tap) for each tap of a square window of odd size that lies inside the map.
struct Window {
  int64_t kernel;
  int stride, dilation;
};
template <class Visit>
void for_each_tap(const Maps& x, const Window& window, const Visit& visit) {
  const int64_t padding = window.dilation * (window.kernel - 1) / 2;
  for (int64_t n = 0; n < x.count; ++n)
    for (int64_t oy = 0; oy < strided(x.height, window.stride); ++oy)
      for (int64_t ox = 0; ox < strided(x.width, window.stride); ++ox)
        for (int64_t tap = 0; tap < window.kernel * window.kernel; ++tap) {
          const int64_t iy = oy * window.stride + tap / window.kernel * window.dilation - padding;
          const int64_t ix = ox * window.stride + tap % window.kernel * window.dilation - padding;
          if (iy >= 0 && iy < x.height && ix >= 0 && ix < x.width) visit(n, oy, ox, iy, ix, tap);
        }
}

Maps output_of(const Maps& x, int stride) {
  return {x.count, strided(x.height, stride), strided(x.width, stride), x.channels};
}

Applied identity(const Maps& x) {
  return {x, [](const Maps& dy) { return dy; }};
}

Applied relu(const Maps& x) {
  Maps y = x;
  for (double& value : y.values) value = std::max(value, 0.0);
  return {y, [x](const Maps& dy) {
            Maps dx = dy;
            for (size_t i = 0; i < dx.values.size(); ++i) dx.values[i] = x.values[i] > 0 ? dy.values[i] : 0.0;
            return dx;
          }};
}

Applied depthwise(const Maps& x, const CellWeights& weights, int stride, int dilation) {
  const Window window{weights.kernel, stride, dilation};
  Maps y = output_of(x, stride);
  for_each_tap(x, window, [&](auto n, auto oy, auto ox, auto iy, auto ix, auto tap) {
    for (int64_t c = 0; c < x.channels; ++c)
      y.at(n, oy, ox, c) += x.at(n, iy, ix, c) * weights.values[static_cast<size_t>(tap * x.channels + c)];
  });
  return {y, [x, weights, window](const Maps& dy) {
            Maps dx = like(x);
            for_each_tap(x, window, [&](auto n, auto oy, auto ox, auto iy, auto ix, auto tap) {
              for (int64_t c = 0; c < x.channels; ++c)
                dx.at(n, iy, ix, c) += dy.at(n, oy, ox, c) * weights.values[static_cast<size_t>(tap * x.channels + c)];
            });
            return dx;
          }};
}

// 1x1; with stride 2 it reads every second pixel, the first one at `offset` in both directions.
Applied pointwise(const Maps& x, const CellWeights& weights, int stride, int64_t offset) {
  const int64_t outputs = static_cast<int64_t>(weights.values.size()) / x.channels;
  Maps y(x.count, strided(x.height - offset, stride), strided(x.width - offset, stride), outputs);
  const auto each = [x, weights, stride, offset](const Maps& out, const auto& visit) {
    for (int64_t n = 0; n < out.count; ++n)
      for (int64_t oy = 0; oy < out.height; ++oy)
        for (int64_t ox = 0; ox < out.width; ++ox)
          for (int64_t o = 0; o < out.channels; ++o)
            for (int64_t i = 0; i < x.channels; ++i)
              visit(n, oy, ox, o, oy * stride + offset, ox * stride + offset, i,
                    weights.values[static_cast<size_t>(o * x.channels + i)]);
  };
  each(y, [&](auto n, auto oy, auto ox, auto o, auto iy, auto ix, auto i, double w) {
    y.at(n, oy, ox, o) += w * x.at(n, iy, ix, i);
  });
  return {y, [x, each](const Maps& dy) {
            Maps dx = like(x);
            each(dy, [&](auto n, auto oy, auto ox, auto o, auto iy, auto ix, auto i, double w) {
              dx.at(n, iy, ix, i) += w * dy.at(n, oy, ox, o);
            });
            return dx;
          }};
}

// Of each channel: a sum over all images and pixels.
template <class Value>
std::vector<double> channel_means(const Maps& x, const Value& value) {
  std::vector<double> sums(static_cast<size_t>(x.channels), 0.0);
  const size_t channels = sums.size();
  for (size_t i = 0; i < x.values.size(); ++i) sums[i % channels] += value(i, i % channels);
  for (double& sum : sums) sum /= static_cast<double>(x.values.size() / channels);
  return sums;
}

Applied norm(const Maps& x) {
  const auto channels = static_cast<size_t>(x.channels);
  const std::vector<double> mean = channel_means(x, [&](size_t i, size_t) { return x.values[i]; });
  const std::vector<double> variance =
      channel_means(x, [&](size_t i, size_t c) { return (x.values[i] - mean[c]) * (x.values[i] - mean[c]); });
  Maps y = x;
  for (size_t i = 0; i < y.values.size(); ++i)
    y.values[i] = (x.values[i] - mean[i % channels]) / std::sqrt(variance[i % channels] + kEpsilon);
  return {y, [y, variance, channels](const Maps& dy) {
            const auto bias = channel_means(dy, [&](size_t i, size_t) { return dy.values[i]; });
            const auto slope = channel_means(dy, [&](size_t i, size_t) { return dy.values[i] * y.values[i]; });
            Maps dx = dy;
            for (size_t i = 0; i < dx.values.size(); ++i) {
              const size_t c = i % channels;
              dx.values[i] = (dy.values[i] - bias[c] - y.values[i] * slope[c]) / std::sqrt(variance[c] + kEpsilon);
            }
            return dx;
          }};
}

Applied max_pool(const Maps& x, int stride) {
  const Window window{3, stride, 1};
  Maps y = output_of(x, stride);
  std::fill(y.values.begin(), y.values.end(), -std::numeric_limits<double>::infinity());
  for_each_tap(x, window, [&](auto n, auto oy, auto ox, auto iy, auto ix, auto) {
    for (int64_t c = 0; c < x.channels; ++c) y.at(n, oy, ox, c) = std::max(y.at(n, oy, ox, c), x.at(n, iy, ix, c));
  });
  return {y, [x, y, window](const Maps& dy) {
            Maps dx = like(x), taken = like(y);  // the first of equals takes the gradient
            for_each_tap(x, window, [&](auto n, auto oy, auto ox, auto iy, auto ix, auto) {
              for (int64_t c = 0; c < x.channels; ++c)
                if (x.at(n, iy, ix, c) == y.at(n, oy, ox, c) && taken.at(n, oy, ox, c)++ == 0)
                  dx.at(n, iy, ix, c) += dy.at(n, oy, ox, c);
            });
            return dx;
          }};
}

// The padding is left out of the mean.
Applied average_pool(const Maps& x, int stride) {
  const Window window{3, stride, 1};
  Maps y = output_of(x, stride), taps = y;
  for_each_tap(x, window, [&](auto n, auto oy, auto ox, auto iy, auto ix, auto) {
    for (int64_t c = 0; c < x.channels; ++c) {
      y.at(n, oy, ox, c) += x.at(n, iy, ix, c);
      ++taps.at(n, oy, ox, c);
    }
  });
  for (size_t i = 0; i < y.values.size(); ++i) y.values[i] /= taps.values[i];
  return {y, [x, taps, window](const Maps& dy) {
            Maps dx = like(x);
            for_each_tap(x, window, [&](auto n, auto oy, auto ox, auto iy, auto ix, auto) {
              for (int64_t c = 0; c < x.channels; ++c)
                dx.at(n, iy, ix, c) += dy.at(n, oy, ox, c) / taps.at(n, oy, ox, c);
            });
            return dx;
          }};
}

Applied nothing(const Maps& x, int stride) {
  return {output_of(x, stride), [x](const Maps&) { return like(x); }};
}

// One after the other.
Applied then(const Applied& first, const std::function<Applied(const Maps&)>& second) {
  const Applied last = second(first.output);
  return {last.output,
          [before = first.input_gradient, after = last.input_gradient](const Maps& dy) { return before(after(dy)); }};
}

Applied separable_step(const Maps& x, const CellWeights& window, const CellWeights& mix, int stride, int dilation) {
  Applied result = then(relu(x), [&](const Maps& m) { return depthwise(m, window, stride, dilation); });
  result = then(result, [&](const Maps& m) { return pointwise(m, mix, 1, 0); });
  return then(result, norm);
}

Maps concatenated(const Maps& a, const Maps& b) {
  Maps y(a.count, a.height, a.width, a.channels + b.channels);
  for (int64_t pixel = 0; pixel < a.count * a.height * a.width; ++pixel)
    for (int64_t c = 0; c < y.channels; ++c)
      y.values[static_cast<size_t>(pixel * y.channels + c)] =
          c < a.channels ? a.values[static_cast<size_t>(pixel * a.channels + c)]
                         : b.values[static_cast<size_t>(pixel * b.channels + c - a.channels)];
  return y;
}

Maps channels_of(const Maps& x, int64_t first, int64_t count) {
  Maps y(x.count, x.height, x.width, count);
  for (int64_t pixel = 0; pixel < x.count * x.height * x.width; ++pixel)
    for (int64_t c = 0; c < count; ++c)
      y.values[static_cast<size_t>(pixel * count + c)] = x.values[static_cast<size_t>(pixel * x.channels + first + c)];
  return y;
}

Applied strided_skip(const Maps& x, const std::vector<CellWeights>& weights) {
  const auto both = [&](const Maps& m) -> Applied {
    const Applied even = pointwise(m, weights[0], 2, 0), odd = pointwise(m, weights[1], 2, 1);
    const int64_t first = even.output.channels, second = odd.output.channels;
    return {concatenated(even.output, odd.output),
            [first, second, a = even.input_gradient, b = odd.input_gradient](const Maps& dy) {
              Maps dx = a(channels_of(dy, 0, first));
              const Maps other = b(channels_of(dy, first, second));
              for (size_t i = 0; i < dx.values.size(); ++i) dx.values[i] += other.values[i];
              return dx;
            }};
  };
  return then(then(relu(x), both), norm);
}

}  // namespace

Applied apply(CellOperation operation, int stride, const std::vector<CellWeights>& weights, const Maps& x,
              bool norm_behind_pool) {
  const auto needs = [&](size_t count) {
    MN_CHECK(weights.size() == count, to_text(operation), " has ", count, " convolutions, not ", weights.size());
  };
  switch (operation) {
    case CellOperation::kNone:
      return nothing(x, stride);
    case CellOperation::kMaxPool3:
      return norm_behind_pool ? then(max_pool(x, stride), norm) : max_pool(x, stride);
    case CellOperation::kAveragePool3:
      return norm_behind_pool ? then(average_pool(x, stride), norm) : average_pool(x, stride);
    case CellOperation::kSkip:
      if (stride == 1) return identity(x);
      needs(2);
      return strided_skip(x, weights);
    case CellOperation::kDilated3:
    case CellOperation::kDilated5:
      needs(2);
      return separable_step(x, weights[0], weights[1], stride, 2);
    case CellOperation::kSeparable3:
    case CellOperation::kSeparable5:
    case CellOperation::kSeparable7:
      needs(4);
      return then(separable_step(x, weights[0], weights[1], stride, 1),
                  [&](const Maps& m) { return separable_step(m, weights[2], weights[3], 1, 1); });
    default:
      break;
  }
  throw ConfigError(text(to_text(operation), " is not searched"));
}

Mixed mix(const EdgeWeights& alphas, int stride, const std::vector<std::vector<CellWeights>>& weights, const Maps& x) {
  const EdgeWeights shares = softmax(alphas);
  std::vector<Maps> outputs;
  Maps sum = output_of(x, stride);
  for (size_t i = 0; i < shares.size(); ++i) {
    outputs.push_back(apply(static_cast<CellOperation>(i), stride, weights[i], x).output);
    for (size_t k = 0; k < sum.values.size(); ++k) sum.values[k] += shares[i] * outputs.back().values[k];
  }
  return {sum, [shares, outputs](const Maps& dy) {
            EdgeWeights slopes{};
            double mean = 0;
            for (size_t i = 0; i < slopes.size(); ++i) {
              for (size_t k = 0; k < dy.values.size(); ++k) slopes[i] += dy.values[k] * outputs[i].values[k];
              mean += shares[i] * slopes[i];
            }
            for (size_t i = 0; i < slopes.size(); ++i) slopes[i] = shares[i] * (slopes[i] - mean);
            return slopes;
          }};
}

}  // namespace mininas::darts
