#include "mcu/host/verify.h"

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <sstream>

#include "core/error.h"
#include "core/file.h"
#include "core/parallel.h"
#include "mcu/host/process.h"
#include "mcu/host/runtime_files.h"
#include "mcu/runtime/mn.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kStrictFlags = {"-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-ffreestanding"};

// A folder of our own for the driver, gone afterwards.
class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (fs::temp_directory_path() / "mininas-verify-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw IoError(text(name, ": cannot make a temporary folder: ", std::strerror(errno)));
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string first_line_of(const fs::path& path) {
  const std::string content = read_text_file(path);
  return content.substr(0, content.find('\n'));
}

// Compilers open with where they are; what is wrong comes behind it.
std::string first_error_of(const fs::path& path) {
  std::istringstream content(read_text_file(path));
  for (std::string line; std::getline(content, line);)
    if (line.find("error") != std::string::npos) return line;
  return first_line_of(path);
}

// $CC may hold flags too, as make has it.
std::vector<std::string> compiler() {
  const char* setting = ::getenv("CC");
  std::istringstream words(setting == nullptr ? "" : setting);
  std::vector<std::string> command;
  for (std::string word; words >> word;) command.push_back(word);
  if (command.empty()) command.emplace_back("cc");
  return command;
}

std::vector<std::string> c_sources(const fs::path& folder) {
  std::vector<std::string> sources;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename().string();
    if (name == "model.c" || (name.starts_with("mn_") && name.ends_with(".c"))) sources.push_back(entry.path().string());
  }
  if (failure) throw IoError(text(folder.string(), ": cannot read folder: ", failure.message()));
  std::sort(sources.begin(), sources.end());
  if (sources.empty()) throw ConfigError(text(folder.string(), ": holds no exported network (model.c); run the export first"));
  return sources;
}

void compile_driver(const fs::path& folder, const VerifyOptions& options, const WorkFolder& work) {
  write_text_file(work / "driver.c", verification_driver());
  std::vector<std::string> command = compiler();
  const std::string name = command[0];
  for (const auto* flags : {&kStrictFlags, &options.compiler_flags}) command.insert(command.end(), flags->begin(), flags->end());
  command.insert(command.end(), {"-I", folder.string()});
  for (const std::string& source : c_sources(folder)) command.push_back(source);
  command.insert(command.end(), {(work / "driver.c").string(), "-o", (work / "driver").string()});
  try {
    Process child(command, work / "compiler.txt");
    if (child.wait().empty()) return;
  } catch (const IoError& error) {
    throw IoError(text("verification needs a C compiler: ", error.what(), "; install gcc or clang, or name one in the variable CC"));
  }
  throw ConfigError(text(folder.string(), ": ", name, " refuses the code: ", first_error_of(work / "compiler.txt")));
}

// One driver process at work on images [first, first + count).
class DriverRun {
 public:
  DriverRun(const QuantizedModel& model, const WorkFolder& work, int64_t first, int64_t count)
      : model_(model), shapes_(layer_shapes(model.spec)), errors_(work / text("errors-", first, ".txt")),
        process_({(work / "driver").string(), (work / "images.bin").string(), std::to_string(first), std::to_string(count)}, errors_) {
    uint32_t head[3];
    take(head, sizeof head);
    init_status_ = head[0];
    expect(head[1], model.spec.input.size(), "bytes of an image");
    expect(head[2], static_cast<int64_t>(shapes_.size()), "layers");
  }

  uint32_t init_status() const { return init_status_; }

  // Compares the next image; `image` is its index. Adds to `result`.
  void compare_image(const uint8_t* pixels, int64_t image, Verification& result) {
    const IntegerOutputs expected = integer_forward(model_, pixels, 1);
    take_layers();
    for (size_t layer = 0; layer < shapes_.size(); ++layer) compare_layer(expected.layers[layer], found_[layer], image, layer, result);
    ++result.images;
  }

  void finish() {
    if (const std::string end = process_.wait(); !end.empty()) died(end);
  }

 private:
  // Puts together the layers of one image. A layer's pieces come in order, from its first byte to its last.
  void take_layers() {
    int64_t missing = 0;
    for (const ImageShape& shape : shapes_) missing += shape.size();
    found_.assign(shapes_.size(), {});
    while (missing > 0) {
      uint32_t head[3];
      take(head, sizeof head);
      if (head[0] >= shapes_.size()) expect(head[0], static_cast<int64_t>(shapes_.size()) - 1, "the index of a layer, at most");
      std::vector<int8_t>& layer = found_[head[0]];
      expect(head[1], static_cast<int64_t>(layer.size()), "the next byte of a layer");
      const int64_t end = int64_t{head[1]} + head[2];
      if (head[2] == 0 || end > shapes_[head[0]].size()) expect(static_cast<uint32_t>(end), shapes_[head[0]].size(), "bytes of a layer");
      layer.resize(static_cast<size_t>(end));
      take(layer.data() + head[1], head[2]);
      missing -= head[2];
    }
  }

  void take(void* out, size_t count) {
    if (process_.read({static_cast<std::byte*>(out), count}) == count) return;
    const std::string end = process_.wait();
    died(end.empty() ? "an early end" : end);
  }

  [[noreturn]] void died(const std::string& end) const {
    throw IoError(text("the exported network's program ended with ", end, ": ", first_line_of(errors_)));
  }

  void expect(uint32_t found, int64_t expected, const char* what) const {
    if (found != expected) throw ConfigError(text("the folder holds another network: ", what, ": expected ", expected, ", found ", found));
  }

  void compare_layer(const std::vector<int8_t>& expected, const std::vector<int8_t>& found, int64_t image, size_t layer,
                     Verification& result) const {
    result.bytes_compared += static_cast<int64_t>(expected.size());
    if (found == expected) return;
    for (size_t i = 0; i < expected.size(); ++i) {
      if (expected[i] == found[i]) continue;
      ++result.bytes_different;
      if (result.first) continue;
      const auto pixel = static_cast<int>(i) / shapes_[layer].channels;
      result.first = {image, model_.spec.layers[layer].name, pixel / shapes_[layer].width, pixel % shapes_[layer].width,
                      static_cast<int>(i) % shapes_[layer].channels, expected[i], found[i]};
    }
  }

  const QuantizedModel& model_;
  const std::vector<ImageShape> shapes_;
  const fs::path errors_;
  Process process_;
  uint32_t init_status_ = 0;
  std::vector<std::vector<int8_t>> found_;  // of one image, layer by layer
};

// Tells progress, one caller at a time; after an exception in one worker the others stop too.
class Progress {
 public:
  Progress(const VerifyOptions& options, int64_t images) : options_(options), images_(images) {}
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
  bool refused = false;  // by mn_init
};

// One worker's images: [first, last).
Part verify_images(const QuantizedModel& model, const WorkFolder& work, const ImageSet& images, int64_t first, int64_t last,
                   Progress& progress) {
  Part part;
  try {
    DriverRun run(model, work, first, last - first);
    part.refused = run.init_status() != MN_OK;
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

// In the order of the images, so that the first difference is the first.
Part sum_up(const std::vector<Part>& parts) {
  Part total;
  for (const Part& part : parts) {
    total.result.images += part.result.images;
    total.result.bytes_compared += part.result.bytes_compared;
    total.result.bytes_different += part.result.bytes_different;
    if (!total.result.first) total.result.first = part.result.first;
    total.refused = total.refused || part.refused;
  }
  return total;
}

}  // namespace

std::string to_text(const Difference& difference) {
  return text("image ", difference.image, ", layer ", difference.layer, ", row ", difference.y, ", column ", difference.x, ", channel ",
              difference.channel, ": expected ", difference.expected, ", found ", difference.found);
}

Verification verify_export(const QuantizedModel& model, const fs::path& folder, const ImageSet& images, const VerifyOptions& options) {
  if (!(images.shape == model.spec.input))
    throw ConfigError(text("the images are ", to_text(images.shape), ", the network takes ", to_text(model.spec.input)));
  const WorkFolder work;
  compile_driver(folder, options, work);
  write_file(work / "images.bin", std::as_bytes(std::span(images.pixels)));
  const int64_t workers = std::clamp<int64_t>(thread_count(), 1, std::max<int64_t>(1, images.count()));
  std::vector<Part> parts(static_cast<size_t>(workers));
  Progress progress(options, images.count());
  parallel_for(workers, [&](int64_t worker) {
    const int64_t first = images.count() * worker / workers, last = images.count() * (worker + 1) / workers;
    parts[static_cast<size_t>(worker)] = verify_images(model, work, images, first, last, progress);
  });
  Part total = sum_up(parts);
  total.result.layers = static_cast<int64_t>(model.layers.size());
  if (total.refused && total.result.bytes_different == 0)
    throw IoError(text(folder.string(), ": mn_init refuses the model though all bytes are equal: model.c was changed; export it again"));
  return total.result;
}

}  // namespace mininas
