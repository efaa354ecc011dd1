// Network: a NetworkSpec with float weights, and what a training loop needs of any network (Trainable).
#pragma once
#include <string>
#include <vector>

#include "core/autograd/tape.h"
#include "core/rng.h"
#include "datasets/dataset.h"
#include "nn/spec/network_spec.h"

namespace mininas {

enum class Phase { kTraining, kEvaluation };  // batch statistics or running statistics

// Raw bytes of a batch, count x image shape.
struct ImageBatch {
  const uint8_t* pixels;
  int64_t count;
};

// What the one training loop trains: the float network and the quantisation-aware one.
class Trainable {
 public:
  virtual ~Trainable() = default;
  // Logits [count,1,1,classes] of a batch of raw bytes.
  virtual Var forward(Tape& tape, const ImageBatch& batch, Phase phase) = 0;
  virtual const NetworkSpec& spec() const = 0;
  virtual uint8_t zero_byte() const = 0;  // the byte whose real value is 0; what augmentation fills with
  virtual std::vector<Parameter*> parameters() = 0;
  // Everything beside the parameters that training changes (running statistics), in a fixed order.
  virtual std::vector<Tensor*> state() = 0;
};

// Weights of one layer; those that its LayerSpec does not have are empty.
struct LayerWeights {
  Parameter weight, bias, gamma, beta;
  Tensor running_mean, running_variance;
};

class Network final : public Trainable {
 public:
  // Weights and linear bias uniform in +-1/sqrt(fan_in) (PyTorch's default, which the published runs used), gamma 1,
  // beta 0.
  Network(NetworkSpec spec, PixelScale pixels, Rng rng);

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

// How layers run (core/fused/fused_conv.h): whether a layer is a fused convolution, and whether it is the pointwise
// convolution of a unit that begins with the depthwise one before it, because nothing lies between the two and nobody
// else reads it.
bool is_unit(const LayerSpec& layer);
bool continues_unit(const NetworkSpec& spec, int index);  // index: 0 to spec.size()

// Added to the variance before its root is taken.
constexpr float kBatchNormEpsilon = 1e-5f;
// running = (1 - momentum) * running + momentum * batch
constexpr float kBatchNormMomentum = 0.1f;

// SHA-256 of all parameters and running statistics, in order: equal digests are equal networks.
std::string weights_sha256(Trainable& network);

}  // namespace mininas
