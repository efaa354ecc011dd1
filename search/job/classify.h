// Classifies images with a finished network: the predicted class, and the confidence of the network.
#pragma once
#include <cstdint>
#include <vector>

#include "nn/quant/quantized_model.h"
#include "nn/train/network.h"

namespace mininas {

struct Classification {
  int predicted = 0;  // index of the first largest logit
  // Softmax of the logits, by class; for an integer network, of their real values. It ranks images by confidence; it is
  // not the probability that the prediction is right.
  std::vector<double> probabilities;

  double confidence() const { return probabilities[static_cast<size_t>(predicted)]; }
};

// Classifies `count` images of raw bytes.
std::vector<Classification> classify(const QuantizedModel& model, const uint8_t* images, int64_t count);
std::vector<Classification> classify(Network& network, const uint8_t* images, int64_t count);

// Only the predicted classes.
std::vector<int> predictions_of(const std::vector<Classification>& classified);

}  // namespace mininas
