// Published networks by name, to measure the searched ones against. Built for any image and number of classes; the
// counts below are for 32x32x3 and 10 classes.
//   mobilenetv2  MobileNetV2 (Sandler et al. 2018) in its common CIFAR form: stem and second stage keep the resolution.
//                A block expands, filters and projects, each with a norm, the projection without ReLU; blocks of stride
//                1 add their input, through a 1x1 convolution with a norm where the widths differ. 2,296,922 parameters
//   resnet8      the image network of MLPerf Tiny: stem 16, residual blocks of two 3x3 convolutions with 16, 32 and 64
//                channels, the latter two strided, with a 1x1 convolution with bias and without norm in the shortcut.
//                77,706 weights and biases on the device. In training 77,946: a convolution before a norm has no bias
//                here, which the norm would take away (the published code keeps it, 78,186). Strided windows are
//                centred (padding 1 on each side), those of the published code pad below and right
#pragma once
#include <string>

#include "nn/spec/network_spec.h"

namespace mininas {

std::string network_names();  // "mobilenetv2, resnet8"
bool is_network_name(const std::string& text);

// Throws ConfigError where `name` is none of them, or the image or class count cannot be.
NetworkSpec named_network(const std::string& name, const ImageShape& input, int classes);

}  // namespace mininas
