// Pieces of C source: identifiers, literals, comments and lists that are legal and readable whatever names users chose.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "nn/spec/network_spec.h"

namespace mininas {

// "L03_layer2_depthwise": index and name, with letters, digits and underscores only. The index makes it unique.
std::string c_identifier(int layer, const std::string& name);

// A string literal with quotes. Characters other than plain ASCII are octal escapes, which every compiler reads alike.
std::string c_string(const std::string& value);

// Text for a /* comment */: unprintable characters and comment marks are replaced.
std::string c_comment(const std::string& value);

// "1, -2, 3", in lines of at most 120 characters, each indented by `indent` spaces.
std::string c_list(std::span<const int32_t> values, int indent);
std::string c_list(std::span<const int8_t> values, int indent);
std::string c_list(std::span<const uint8_t> values, int indent);

// "conv 3x3, stride 2, 32x32x16 -> 16x16x32, ReLU"
std::string describe_layer(const LayerSpec& layer, const ImageShape& in, const ImageShape& out);

}  // namespace mininas
