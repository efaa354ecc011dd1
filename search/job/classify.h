// What a network says of images: the class, and how sure it is of it.
#pragma once
#include <cstdint>
#include <vector>

#include "nn/quant/quantized_model.h"
#include "nn/train/network.h"

namespace mininas {

struct Classification {
  int predicted = 0;  // index of the first largest logit
  // Softmax of the logits, by class; of a network in integers, of the real values that its logits stand for. It ranks
  // images by how sure the network is; it is not how often such predictions are right.
  std::vector<double> probabilities;

  double confidence() const { return probabilities[static_cast<size_t>(predicted)]; }
};

// Of `count` images of raw bytes, one after the other.
std::vector<Classification> classify(const QuantizedModel& model, const uint8_t* images, int64_t count);
std::vector<Classification> classify(Network& network, const uint8_t* images, int64_t count);

// Those of `predicted` alone.
std::vector<int> predictions_of(const std::vector<Classification>& classified);

}  // namespace mininas
