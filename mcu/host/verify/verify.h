// Verification: compiles an exported folder with this machine's C compiler, runs images through it, and compares every
// byte of every layer with the engine's own integer forward pass. Zero differences is the only pass.
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
  int64_t bytes_compared = 0;  // every layer's output, the logits included
  int64_t bytes_different = 0;
  std::optional<Difference> first;  // lowest image, then layer, then position
};

struct VerifyOptions {
  std::vector<std::string> compiler_flags = {"-O2"};  // beside the strict ones
  // One call at a time, from any thread. May throw, which ends the verification.
  std::function<void(int64_t done, int64_t images)> progress;
};

// The compiler is $CC, or cc; the processes at work are as many as thread_count(). Differences are a result, not an
// error.
// Throws ConfigError where images or folder do not belong to the model or the compiler refuses the code (with its first
// error), IoError where there is no compiler, the program dies, or the model's digest is wrong though every byte is
// right.
Verification verify_export(const QuantizedModel& model, const std::filesystem::path& folder, const ImageSet& images,
                           const VerifyOptions& options = {});

// Shared with verify_board.h. Throws ConfigError where the images are of another shape than the network takes.
void check_images(const QuantizedModel& model, const ImageSet& images);
// Throws IoError where mn_init refused a model of which every byte computed was right.
void check_init(const std::filesystem::path& folder, uint32_t init_status, const Verification& result);

}  // namespace mininas
