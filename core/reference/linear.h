// The definition of a fully connected layer and of its gradients:
//   y[n][o] = sum over i of x[n][i] * weight[o][i] + bias[o]
//   dx[n][i] = sum over o of dy[n][o] * weight[o][i]
//   dweight[o][i] = sum over n of dy[n][o] * x[n][i]
//   dbias[o] = sum over n of dy[n][o]
#pragma once
#include <cstddef>
#include <vector>

namespace mininas::reference {

struct LinearGeometry {
  size_t batch, in, out;
};

template <class T>
std::vector<T> linear(const LinearGeometry& g, const std::vector<T>& x, const std::vector<T>& weight,
                      const std::vector<T>& bias) {
  std::vector<T> y(g.batch * g.out);
  for (size_t n = 0; n < g.batch; ++n)
    for (size_t o = 0; o < g.out; ++o) {
      T& sum = y[n * g.out + o] = bias[o];
      for (size_t i = 0; i < g.in; ++i) sum += x[n * g.in + i] * weight[o * g.in + i];
    }
  return y;
}

template <class T>
struct LinearGradients {
  std::vector<T> x, weight, bias;
};

template <class T>
LinearGradients<T> linear_gradients(const LinearGeometry& g, const std::vector<T>& x, const std::vector<T>& weight,
                                    const std::vector<T>& dy) {
  LinearGradients<T> d{std::vector<T>(x.size()), std::vector<T>(weight.size()), std::vector<T>(g.out)};
  for (size_t n = 0; n < g.batch; ++n)
    for (size_t o = 0; o < g.out; ++o) {
      const T slope = dy[n * g.out + o];
      d.bias[o] += slope;
      for (size_t i = 0; i < g.in; ++i) {
        d.x[n * g.in + i] += slope * weight[o * g.in + i];
        d.weight[o * g.in + i] += slope * x[n * g.in + i];
      }
    }
  return d;
}

}  // namespace mininas::reference
