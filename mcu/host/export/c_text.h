// Pieces of C source: identifiers, literals, comments and lists that stay legal and readable whatever a person named
// things.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "nn/spec/network_spec.h"

namespace mininas {

// "L03_layer2_depthwise": index and name, letters, digits and underscores only; unique because of the index.
std::string c_identifier(int layer, const std::string& name);

// A string literal with quotes; everything beside plain ASCII as octal escapes, which no compiler misreads.
std::string c_string(const std::string& value);

// Fit for a /* comment */: unprintable characters and comment marks replaced.
std::string c_comment(const std::string& value);

// "1, -2, 3": broken into lines of at most 120 characters, each indented by `indent` spaces.
std::string c_list(std::span<const int32_t> values, int indent);
std::string c_list(std::span<const int8_t> values, int indent);
std::string c_list(std::span<const uint8_t> values, int indent);

// "conv 3x3, stride 2, 32x32x16 -> 16x16x32, ReLU"
std::string describe_layer(const LayerSpec& layer, const ImageShape& in, const ImageShape& out);

}  // namespace mininas
