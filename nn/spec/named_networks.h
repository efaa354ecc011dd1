// Published networks by name, for comparison with networks that were searched. They are built for any image size and
// number of classes; the parameter counts below are for 32x32x3 and 10 classes.
//   mobilenetv2  MobileNetV2 (Sandler et al. 2018) in its common CIFAR form: stem and second stage keep the resolution.
//                A block expands, filters and projects, each with a norm, the projection without ReLU. Blocks of
//                stride 1 add their input, through a 1x1 convolution with a norm if the widths differ. 2,296,922
//                parameters.
//   resnet8      The image network of MLPerf Tiny: a stem of 16 channels, then residual blocks of two 3x3 convolutions
//                with 16, 32 and 64 channels. The last two blocks are strided and have a 1x1 convolution with bias and
//                without norm in the shortcut. 77,706 weights and biases on the device, 77,946 parameters in training
//                (78,186 in the published code, where convolutions before a norm have a bias, which the norm cancels).
//                Strided windows are centred (padding 1 on each side); the published code pads below and right.
#pragma once
#include <string>

#include "nn/spec/network_spec.h"

namespace mininas {

std::string network_names();  // "mobilenetv2, resnet8"
bool is_network_name(const std::string& text);

// Throws ConfigError if `name` is unknown or the image size or class count is not legal for it.
NetworkSpec named_network(const std::string& name, const ImageShape& input, int classes);

}  // namespace mininas
