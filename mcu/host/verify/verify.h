// Verification: compiles an exported folder with this machine's C compiler, runs images through it, and compares every
// byte of every layer with the integer forward pass of the engine. It passes only without any difference.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

struct Difference {
  int64_t image = 0;
  std::string layer;
  int y = 0, x = 0, channel = 0;
  int expected = 0, found = 0;
};

// "image 3, layer stem, row 0, column 4, channel 2: expected -5, found 7"
std::string to_text(const Difference& difference);

struct Verification {
  int64_t images = 0;
  int64_t layers = 0;
  int64_t bytes_compared = 0;  // of every layer's output, including the logits
  int64_t bytes_different = 0;
  std::optional<Difference> first;  // the first by image, then layer, then position
};

struct VerifyOptions {
  std::vector<std::string> compiler_flags = {"-O2"};  // in addition to the strict ones
  // Called from any thread, but never twice at the same time. If it throws, the verification ends.
  std::function<void(int64_t done, int64_t images)> progress;
};

// The compiler is $CC, or cc. thread_count() processes run at the same time. Differences are a result, not an error.
// Throws ConfigError if the images or the folder do not belong to the model or the compiler rejects the code (with its
// first error), IoError if there is no compiler, the program crashes, or the model's digest is wrong although every
// byte is equal.
Verification verify_export(const QuantizedModel& model, const std::filesystem::path& folder, const ImageSet& images,
                           const VerifyOptions& options = {});

// Also used by verify_board.h. Throws ConfigError if the images do not have the network's input shape.
void check_images(const QuantizedModel& model, const ImageSet& images);
// Throws IoError if mn_init rejected a model although every computed byte was right.
void check_init(const std::filesystem::path& folder, uint32_t init_status, const Verification& result);

}  // namespace mininas
