// Network: a NetworkSpec with float weights. Trainable: what the training loop needs of any network.
#pragma once
#include <string>
#include <vector>

#include "core/autograd/tape.h"
#include "core/rng.h"
#include "datasets/dataset.h"
#include "nn/spec/network_spec.h"

namespace mininas {

enum class Phase { kTraining, kEvaluation };  // with batch statistics or running statistics

// Raw bytes of a batch, count x image shape.
struct ImageBatch {
  const uint8_t* pixels;
  int64_t count;
};

// The interface of the training loop; the float network and the quantisation-aware network implement it.
class Trainable {
 public:
  virtual ~Trainable() = default;
  // Logits [count,1,1,classes] of a batch of raw bytes.
  virtual Var forward(Tape& tape, const ImageBatch& batch, Phase phase) = 0;
  virtual const NetworkSpec& spec() const = 0;
  virtual uint8_t zero_byte() const = 0;  // the byte whose real value is 0; augmentation pads with it
  virtual std::vector<Parameter*> parameters() = 0;
  // Everything that training changes besides the parameters (running statistics), in a fixed order.
  virtual std::vector<Tensor*> state() = 0;
};

// The weights of one layer; tensors that its LayerSpec does not have are empty.
struct LayerWeights {
  Parameter weight, bias, gamma, beta;
  Tensor running_mean, running_variance;
};

class Network final : public Trainable {
 public:
  // Weights and linear bias are uniform in +-1/sqrt(fan_in) (PyTorch's default, which the published runs used), gamma
  // is 1, beta is 0.
  Network(NetworkSpec spec, PixelScale pixels, const Rng& rng);

  Var forward(Tape& tape, const ImageBatch& batch, Phase phase) override;
  const NetworkSpec& spec() const override { return spec_; }
  uint8_t zero_byte() const override { return static_cast<uint8_t>(pixels_.zero); }
  std::vector<Parameter*> parameters() override;
  std::vector<Tensor*> state() override;

  const PixelScale& pixel_scale() const { return pixels_; }
  std::vector<LayerWeights>& layers() { return layers_; }
  const std::vector<LayerWeights>& layers() const { return layers_; }

 private:
  NetworkSpec spec_;
  PixelScale pixels_;
  std::vector<LayerWeights> layers_;
};

// How layers are executed (core/fused/fused_conv.h). is_fused_conv: the layer has a batch norm. continues_fused_conv:
// the layer is the pointwise convolution of a fused convolution that begins with the depthwise layer before it. This
// requires that nothing lies between the two and that no other layer reads the depthwise output.
bool is_fused_conv(const LayerSpec& layer);
bool continues_fused_conv(const NetworkSpec& spec, int index);  // index: 0 to spec.size()

// Memory that a training step on `batch` images takes, about, beside the images: the tensors that the forward pass
// writes, with their gradients, and weight, gradient and velocity of each parameter. Six networks took 0.9 to 1.2 times
// that. It is an estimate, to compare with what a machine has.
int64_t training_bytes(const NetworkSpec& spec, int64_t batch);

// Added to the variance before the square root.
constexpr float kBatchNormEpsilon = 1e-5f;
// running = (1 - momentum) * running + momentum * batch
constexpr float kBatchNormMomentum = 0.1f;

// SHA-256 of all parameters and running statistics, in order: networks are equal if their digests are.
std::string weights_sha256(Trainable& network);

}  // namespace mininas
