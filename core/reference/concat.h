// The definition of a concatenation of two tensors of the same pixels, channel behind channel, and of its gradients:
//   y[pixel] = a[pixel], then b[pixel];  da and db are the parts of dy that stand where a and b stand
#pragma once
#include <cstddef>
#include <vector>

namespace mininas::reference {

template <class T>
std::vector<T> concat(const std::vector<T>& a, size_t a_channels, const std::vector<T>& b, size_t b_channels) {
  const size_t channels = a_channels + b_channels;
  std::vector<T> y(a.size() + b.size());
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t pixel = i / channels, c = i % channels;
    y[i] = c < a_channels ? a[pixel * a_channels + c] : b[pixel * b_channels + c - a_channels];
  }
  return y;
}

// Channels [first, first + count) of every pixel of dy, which has `channels`: the gradient of one of the two.
template <class T>
std::vector<T> channels_of(const std::vector<T>& dy, size_t channels, size_t first, size_t count) {
  std::vector<T> part;
  for (size_t i = 0; i < dy.size(); ++i)
    if (i % channels >= first && i % channels < first + count) part.push_back(dy[i]);
  return part;
}

}  // namespace mininas::reference
