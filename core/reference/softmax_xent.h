// The definition of softmax cross-entropy with label smoothing s (Szegedy et al., "Rethinking the Inception
// Architecture", CVPR 2016), as the mean over a batch, and of its gradient:
//   p = exp(logit) / sum exp(logit);  q = 1 - s + s / classes at the label, s / classes elsewhere
//   loss = - sum q * log p / batch;   dlogit = (p - q) / batch
// Where classes have weights, an image of a class counts as so many images: each term of its sum is multiplied by that.
// logits [batch][classes]. The largest logit is subtracted first, so that exp cannot overflow; this does not change p.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace mininas::reference {

template <class T>
struct SoftmaxXent {
  T loss;
  std::vector<T> gradient;  // with respect to the logits
};

template <class T>
SoftmaxXent<T> softmax_xent(const std::vector<T>& logits, const std::vector<int>& labels, T smoothing,
                            const std::vector<T>& class_weights = {}) {
  const size_t batch = labels.size(), classes = logits.size() / batch;
  SoftmaxXent<T> result{T{0}, std::vector<T>(logits.size())};
  for (size_t n = 0; n < batch; ++n) {
    const T* logit = logits.data() + n * classes;
    const T largest = *std::max_element(logit, logit + classes);
    const T weight = class_weights.empty() ? T{1} : class_weights[static_cast<size_t>(labels[n])];
    T sum{0};
    for (size_t k = 0; k < classes; ++k) sum += std::exp(logit[k] - largest);
    for (size_t k = 0; k < classes; ++k) {
      const T log_p = logit[k] - largest - std::log(sum);
      const T q = (k == static_cast<size_t>(labels[n]) ? 1 - smoothing : T{0}) + smoothing / static_cast<T>(classes);
      result.loss -= weight * q * log_p / static_cast<T>(batch);
      result.gradient[n * classes + k] = weight * (std::exp(log_p) - q) / static_cast<T>(batch);
    }
  }
  return result;
}

}  // namespace mininas::reference
