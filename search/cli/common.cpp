#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string_view>

#include "core/error.h"
#include "core/parallel.h"
#include "datasets/open.h"
#include "search/cli/commands.h"
#include "search/cli/interrupt.h"
#include "search/cli/progress.h"
#include "search/job/run_data.h"

namespace mininas {

void add_common(Command& command, CommonOptions& options, CommonUse use) {
  command.section("General");
  command.flag("json", options.json, "print one JSON object instead of text");
  command.flag("quiet", options.quiet, "do not show progress");
  if (use.threads)
    command.fields(
        {{"threads", "threads that compute, which change no result; 0: one a core", &options.threads, 0, 1024}});
  if (use.seed)
    command.fields({{"seed", "of all random numbers: the same seed, the same bits", &options.seed, 0, 1.9e19}});
}

void apply(const CommonOptions& options) {
  set_thread_count(options.threads == 0 ? available_cores() : options.threads);
}

std::unique_ptr<Method> method_of(const MethodChoice& choice) {
  auto method = usage_of("method", [&] { return make_method(choice.method); });
  if (!choice.preset.empty()) usage_of("preset", [&] { method->choose_preset(choice.preset); });
  return method;
}

Architecture architecture_of(const std::string& option, const std::string& typed) {
  return usage_of(option, [&] { return parse_architecture(typed); });
}

ImageShape image_shape_of(const std::string& option, const std::string& typed) {
  return usage_of(option, [&] { return parse_image_shape(typed); });
}

void add_file_options(Command& command, FileOptions& options) {
  command.section("Images");
  command.option(
      "fit", options.fit,
      "how images of other proportions are brought to one size: stretch (the default), crop, or pad with grey "
      "bars");
  command.flag("skip-bad", options.skip_bad, "leave out files that cannot be used as images, and record which");
}

namespace {

// Where decoded photos are kept: MININAS_CACHE, or where the XDG Base Directory Specification says. Empty: nowhere.
std::filesystem::path cache_folder() {
  const auto named = [](const char* variable) {
    const char* value = std::getenv(variable);
    return std::filesystem::path(value == nullptr ? "" : value);
  };
  if (std::getenv("MININAS_CACHE") != nullptr) return named("MININAS_CACHE");
  if (const auto caches = named("XDG_CACHE_HOME"); caches.is_absolute()) return caches / "mininas";
  const auto home = named("HOME");
  return home.empty() ? home : home / ".cache/mininas";
}

// Loads with progress. Notes are no errors, but must not be missed: --quiet does not silence them.
template <class Open>
Dataset load_shown(const FileOptions& files, const CommonOptions& common, const Open& open) {
  Progress progress(common.quiet);
  LoadRequest request{.seed = common.seed, .skip_bad = files.skip_bad};
  request.cache = cache_folder();
  request.progress = [&](int64_t done, int64_t steps) { progress.loaded(done, steps); };
  const QuitAtOnce quit;
  const Dataset data = open(request);
  progress.clear();
  for (const std::string& note : data.notes) std::cerr << "mininas: note: " << note << "\n";
  return data;
}

// The text of --data with the fit of --fit.
std::string fitted(const std::string& data, const FileOptions& files) {
  return files.fit.empty() ? data : usage_of("fit", [&] { return with_fit(data, files.fit); });
}

}  // namespace

Dataset open_data(const std::string& data, const FileOptions& files, const CommonOptions& common) {
  const DatasetSource source = usage_of("data", [&] { return parse_dataset(fitted(data, files)); });
  return load_shown(files, common, [&](const LoadRequest& request) { return source(request); });
}

void print_latency(const std::optional<Latency>& latency) {
  if (!latency) return;
  print_row("instructions", text(grouped(latency->instructions), " an inference on ", find_board(latency->board).core,
                                 ", predicted (an emulator counts instructions, not cycles)"));
  if (!latency->clock_hz) return;
  std::ostringstream milliseconds;
  milliseconds << std::fixed << std::setprecision(2) << *latency->milliseconds;
  print_row("time", text(milliseconds.str(), " ms at ", clock_text(*latency->clock_hz),
                         ", estimated at one instruction a cycle; silicon takes more"));
}

std::string counts_text(const Verification& v) {
  return text(grouped(v.images), " images, ", v.layers, " layers, ", grouped(v.bytes_compared), " bytes compared, ",
              grouped(v.bytes_different), " different");
}

void check_resumable(const Command& command) {
  constexpr std::array<std::string_view, 5> kHarmless = {"resume", "data", "threads", "json", "quiet"};
  for (const std::string& name : command.given())
    if (std::find(kHarmless.begin(), kHarmless.end(), name) == kHarmless.end())
      throw UsageError(text("--", name, " cannot go with --resume: the run keeps the settings it began with"));
}

Dataset open_run_data(const RunFolder& folder, const std::string& data, DataUse use, const FileOptions& files,
                      const CommonOptions& common) {
  const RunFile run = read_run_file(folder, "");
  const std::string where = data.empty() ? data : fitted(data, files);
  if (!where.empty()) usage_of("data", [&] { return parse_dataset(where); });
  return load_shown(files, common, [&](LoadRequest request) {
    if (use == DataUse::kGoOn || where.empty()) return open_own_data(folder, run, where, request);
    request.purpose = use == DataUse::kTrain ? Purpose::kTraining : Purpose::kMeasuring;
    return open_other_data(folder, run, where, request);
  });
}

void check_same_classes(const std::vector<std::string>& expected, const ImageSet& images, const std::string& who) {
  if (images.class_names == expected) return;
  const auto list = [](const std::vector<std::string>& names) {
    std::string joined;
    for (const std::string& name : names) joined += (joined.empty() ? "" : ", ") + name;
    return joined;
  };
  throw ConfigError(text(who, ": the network knows the classes ", list(expected),
                         ", in this order, but the images have the classes ", list(images.class_names)));
}

void check_trained(const RunFolder& folder) {
  if (std::filesystem::exists(folder.network_file())) return;
  const std::string run = folder.path().string(), kind = read_run_file(folder, "").identity.kind;
  if (kind == "suite")
    throw ConfigError(text(run, ": is a suite; name one of its runs, such as ", run, "/airplane-automobile/search"));
  throw ConfigError(text(run, ": has no trained network yet; go on with: ",
                         kind == "baseline" ? "the command of its suite" : text("mininas ", kind, " --resume ", run)));
}

void check_quantized(const RunFolder& folder) {
  if (std::filesystem::exists(folder.quantized_file())) return;
  check_trained(folder);
  const std::string run = folder.path().string();
  const bool search = read_run_file(folder, "").identity.kind == "search";
  throw ConfigError(
      text(run, ": has no quantised network yet; ",
           search ? "go on with: mininas search --resume " + run : "make it with: mininas quantize " + run));
}

void print_json(const Record& record) { std::cout << record.to_line() << std::endl; }

void print_row(const std::string& name, const std::string& value) {
  std::printf("%-16s %s\n", name.c_str(), value.c_str());
}

void print_next(const std::vector<NextCommand>& commands) {
  size_t width = 0;
  for (const NextCommand& next : commands) width = std::max(width, next.command.size());
  for (const NextCommand& next : commands)
    print_row(&next == &commands.front() ? "next" : "",
              text(next.command, std::string(width + 2 - next.command.size(), ' '), next.purpose));
}

}  // namespace mininas
