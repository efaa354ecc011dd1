// Chain: an architecture of the paper's family as a plain value: a width, and an operation and a kernel per layer. It
// has no images, classes or weights (search/space/build.h turns it into a NetworkSpec). Text form: `w72:s3,s3,c5,s7` is
// width 72, then one token per layer: `s` depthwise-separable or `c` standard convolution, followed by the kernel.
// Equal neighbours may be written as a run, `s3*10`; `to_text` always does, so equal chains have equal texts.
#pragma once
#include <string>
#include <vector>

namespace mininas {

enum class Operation { kSeparable, kConv };

struct SearchedLayer {
  Operation operation = Operation::kSeparable;
  int kernel = 3;  // 3, 5 or 7

  bool operator==(const SearchedLayer&) const = default;
};

// The stem has 2 * width channels; the three thirds of the layers have 1, 2 and 4 times `width`.
struct Chain {
  int width = 16;
  std::vector<SearchedLayer> layers;

  int depth() const { return static_cast<int>(layers.size()); }
  bool operator==(const Chain&) const = default;
};

constexpr int kMaxWidth = 512;
constexpr int kMinDepth = 3;  // with fewer, both strides would be in the same layer
constexpr int kMaxDepth = 200;

// Throws ConfigError with the rule.
void validate(const Chain& chain);

// `depth` separable layers with 3x3 kernels, the start of every greedy search.
Chain plain_chain(int width, int depth);

std::string to_text(const SearchedLayer& layer);  // "s3"
std::string to_text(const Chain& chain);
// Throws ConfigError with the position (from 1) and the rule. parse_chain(to_text(c)) == c for every valid c.
Chain parse_chain(const std::string& text);

}  // namespace mininas
