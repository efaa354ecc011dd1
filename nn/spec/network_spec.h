// NetworkSpec: a network as plain data, layer by layer in the order of execution. Everything that can be known before
// training is derived from it: shapes, parameters, MACs, and (mcu/host) flash and RAM. It knows no weights; `Network`
// and `QuantizedModel` add them.
//
// A layer is what one device layer is: a convolution together with the batch norm behind it and the ReLU behind that.
// (The paper's family puts ReLU before a convolution; the same network reads "conv, norm, ReLU" when each ReLU is
// booked with the layer before it.)
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace mininas {

enum class LayerKind { kConv, kDepthwise, kGlobalAveragePool, kLinear, kAdd };

const char* to_text(LayerKind kind);  // "conv", "depthwise", "pool", "linear", "add"

constexpr int kImage = -1;  // as an input: the image itself

struct LayerSpec {
  std::string name;  // unique in its network: "stem", "layer3.depthwise"
  LayerKind kind = LayerKind::kConv;
  int input = kImage;    // index of the layer whose output this one reads; always smaller than its own
  int other = kImage;    // kAdd: the second summand
  int out_channels = 1;  // kDepthwise, kGlobalAveragePool and kAdd: equal to the input's
  int kernel = 1;        // square; padding is (kernel - 1) / 2 on each side, symmetric
  int stride = 1;
  bool bias = false;        // a bias of its own (kLinear)
  bool batch_norm = false;  // gamma and beta a channel
  bool relu = false;
};

// How the device lays its tensors into RAM (mcu/host/plan/memory_plan.h); what it computes does not depend on it.
//   kWhole: every tensor whole and apart from those it is computed from      kOverlap: whole, outputs on top of what is
//                                                                            used up
//   kStrips: also, where that needs less, neighbouring layers row by row, so that the tensors between them never exist
//   whole
enum class RamPlan { kWhole, kOverlap, kStrips };

const char* to_text(RamPlan plan);  // "whole", "overlap", "strips"
// Throws UsageError that names the three.
RamPlan parse_ram_plan(const std::string& name);

struct NetworkSpec {
  ImageShape input;
  int classes = 2;
  std::vector<LayerSpec> layers;  // the last one is kLinear with out_channels == classes
  RamPlan ram_plan = RamPlan::kStrips;
};

// Output shape of every layer. Also proves the spec: throws ConfigError with the layer's name and the rule it breaks.
std::vector<ImageShape> layer_shapes(const NetworkSpec& spec);

// The shape that layer `index` reads.
ImageShape input_shape(const NetworkSpec& spec, const std::vector<ImageShape>& shapes, int index);

// Extent of a convolution's output: floor((extent + 2 * padding - kernel) / stride) + 1 with padding (kernel - 1) / 2.
int convolved_extent(int extent, int kernel, int stride);

// Shape of a layer's weights: OHWI for kConv and kLinear, 1HWC for kDepthwise. Empty size (0) for the others is
// reported by has_weights.
bool has_weights(LayerKind kind);
Shape weight_shape(const LayerSpec& layer, const ImageShape& in);

// Parameters as the publications count them: weights, biases, gamma and beta (running statistics are no parameters).
int64_t parameter_count(const LayerSpec& layer, const ImageShape& in);
int64_t parameter_count(const NetworkSpec& spec);
// Multiply-accumulates of one image; padded taps count.
int64_t mac_count(const LayerSpec& layer, const ImageShape& in, const ImageShape& out);
int64_t mac_count(const NetworkSpec& spec);

}  // namespace mininas
