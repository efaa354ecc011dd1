// DriverStream: reads the output of the verification program (mcu/boards/driver.c) record by record, wherever it runs,
// and compares it with the engine.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mcu/host/verify/process.h"
#include "mcu/host/verify/verify.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

// In ticks of the board's counter; all 0 on the host.
struct DriverTicks {
  uint64_t inference = 0;
  uint64_t loop = 0;             // of a loop of kLoopInstructions
  std::vector<uint64_t> layers;  // of an inference that is observed layer by layer
};
constexpr double kLoopInstructions = 1e6;

class DriverStream {
 public:
  // Starts the program in `folder`, which has its images.bin. Its standard error goes to `errors`. Keeps a reference to
  // the model.
  DriverStream(const QuantizedModel& model, const std::vector<std::string>& command,
               const std::filesystem::path& folder, const std::filesystem::path& errors);

  // The mn_status that mn_init returned.
  uint32_t init_status() const { return init_status_; }

  // Compares the next image of the program; `image` is its index, for reports. Adds to `result`.
  void compare_image(const uint8_t* pixels, int64_t image, Verification& result);

  // To be called after the last image. Throws IoError if the program did not end properly.
  DriverTicks finish();

 private:
  struct Record {
    uint32_t tag, offset, bytes;
  };
  Record next_record();
  std::vector<uint32_t> take_words(uint32_t tag, size_t count, const char* what);
  void take_layers();
  void take(void* out, size_t count);
  [[noreturn]] void died(const std::string& end) const;
  void expect(uint32_t found, int64_t expected, const char* what) const;
  void compare_layer(const std::vector<int8_t>& expected, int64_t image, size_t layer, Verification& result) const;

  const QuantizedModel& model_;
  const std::filesystem::path errors_;
  Process process_;
  uint32_t init_status_ = 0;
  std::vector<std::vector<int8_t>> found_;  // of one image, layer by layer
};

}  // namespace mininas
