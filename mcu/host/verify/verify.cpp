#include "mcu/host/verify/verify.h"

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "core/parallel.h"
#include "mcu/host/verify/compile.h"
#include "mcu/host/verify/driver_stream.h"
#include "mcu/runtime/mn.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

// $CC may include flags, as in make.
std::vector<std::string> compiler() {
  const char* setting = ::getenv("CC");
  std::istringstream words(setting == nullptr ? "" : setting);
  std::vector<std::string> command;
  for (std::string word; words >> word;) command.push_back(word);
  if (command.empty()) command.emplace_back("cc");
  return command;
}

void compile_driver(const fs::path& folder, const VerifyOptions& options, const WorkFolder& work) {
  write_board_files(work);
  std::vector<std::string> command = compiler();
  for (const auto* flags : {&strict_c_flags(), &options.compiler_flags})
    command.insert(command.end(), flags->begin(), flags->end());
  command.insert(command.end(), {"-I", folder.string()});
  for (const fs::path& source : exported_sources(folder)) command.push_back(source.string());
  command.insert(command.end(),
                 {(work / "driver.c").string(), (work / "host.c").string(), "-o", (work / "driver").string()});
  run_tool(command, work / "compiler.txt", folder.string(),
           "install gcc or clang, or name a C compiler in the variable CC");
}

// Reports progress, one call at a time. After an exception in one worker the others stop, too.
class Reporter {
 public:
  Reporter(const VerifyOptions& options, int64_t images) : options_(options), images_(images) {}
  bool stopped() const { return stopped_; }
  void stop() { stopped_ = true; }
  void step() {
    const std::lock_guard lock(guard_);
    ++done_;
    if (options_.progress) options_.progress(done_, images_);
  }

 private:
  const VerifyOptions& options_;
  const int64_t images_;
  int64_t done_ = 0;
  std::atomic<bool> stopped_ = false;
  std::mutex guard_;
};

struct Part {
  Verification result;
  uint32_t init_status = MN_OK;
};

// Verifies the images [first, last) in one worker.
Part verify_images(const QuantizedModel& model, const WorkFolder& work, const ImageSet& images, int64_t first,
                   int64_t last, Reporter& progress) {
  Part part;
  try {
    const fs::path place = work / text("images-", first);
    make_writable_folder(place);
    write_file(place / "images.bin", std::as_bytes(std::span(images.image(first), images.image(last))));
    DriverStream run(model, {(work / "driver").string()}, place, place / "errors.txt");
    part.init_status = run.init_status();
    for (int64_t image = first; image < last; ++image) {
      if (progress.stopped()) return part;
      run.compare_image(images.image(image), image, part.result);
      progress.step();
    }
    run.finish();
  } catch (...) {
    progress.stop();
    throw;
  }
  return part;
}

// In the order of the images, so that the first difference stays the first.
Part sum_up(const std::vector<Part>& parts) {
  Part total;
  for (const Part& part : parts) {
    total.result.images += part.result.images;
    total.result.bytes_compared += part.result.bytes_compared;
    total.result.bytes_different += part.result.bytes_different;
    if (!total.result.first) total.result.first = part.result.first;
    if (total.init_status == MN_OK) total.init_status = part.init_status;
  }
  return total;
}

}  // namespace

std::string to_text(const Difference& difference) {
  return text("image ", difference.image, ", layer ", difference.layer, ", row ", difference.y, ", column ",
              difference.x, ", channel ", difference.channel, ": expected ", difference.expected, ", found ",
              difference.found);
}

void check_images(const QuantizedModel& model, const ImageSet& images) {
  if (!(images.shape == model.spec.input()))
    throw ConfigError(
        text("the images are ", to_text(images.shape), ", the network takes ", to_text(model.spec.input())));
}

void check_init(const fs::path& folder, uint32_t init_status, const Verification& result) {
  if (init_status != MN_OK && result.bytes_different == 0)
    throw IoError(text(folder.string(),
                       ": mn_init refuses the model though all bytes are equal: model.c was changed; export it again"));
}

Verification verify_export(const QuantizedModel& model, const fs::path& folder, const ImageSet& images,
                           const VerifyOptions& options) {
  check_images(model, images);
  const WorkFolder work;
  compile_driver(folder, options, work);
  const int64_t workers = std::clamp<int64_t>(thread_count(), 1, std::max<int64_t>(1, images.count()));
  std::vector<Part> parts(static_cast<size_t>(workers));
  Reporter progress(options, images.count());
  parallel_for(workers, [&](int64_t worker) {
    const int64_t first = images.count() * worker / workers, last = images.count() * (worker + 1) / workers;
    parts[static_cast<size_t>(worker)] = verify_images(model, work, images, first, last, progress);
  });
  Part total = sum_up(parts);
  total.result.layers = static_cast<int64_t>(model.layers.size());
  check_init(folder, total.init_status, total.result);
  return total.result;
}

}  // namespace mininas
