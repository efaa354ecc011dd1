#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <limits>
#include <sstream>
#include <string_view>

#include "core/error.h"
#include "core/parallel.h"
#include "core/wrapped.h"
#include "datasets/open.h"
#include "search/cli/commands.h"
#include "search/cli/interrupt.h"
#include "search/cli/progress.h"
#include "search/job/run_data.h"
#include "search/methods/paired_error.h"
#include "search/methods/scores.h"

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

// Loads with progress.
template <class Open>
Dataset load_shown(const FileOptions& files, const CommonOptions& common, const Open& open) {
  Progress progress(common.quiet);
  LoadRequest request{.seed = common.seed, .skip_bad = files.skip_bad};
  request.cache = cache_folder();
  request.progress = [&](int64_t done, int64_t steps) { progress.loaded(done, steps); };
  const QuitAtOnce quit;
  Dataset data = open(request);
  progress.clear();
  for (const std::string& note : data.notes) progress.notice(note);
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

void print_accuracy(double accuracy, const std::string& of, int64_t images, const ClassFigures& c) {
  const double error = measured_error(100 * accuracy, static_cast<double>(images));
  print_row("test accuracy", text(percent_text(accuracy), of, "; ", grouped(images), " images, one standard error ",
                                  points(error), "; chance is ", percent_text(c.chance)));
  if (100 * (accuracy - c.chance) <= kToldApart * error)
    print_row("NOTE", "this accuracy cannot be told from always naming the commonest class");
  print_row("balanced", text(percent_text(c.balanced_accuracy), " mean of the classes; worst class '", c.worst_class,
                             "': ", percent_text(c.worst_class_accuracy)));
}

void print_latency(const std::optional<Latency>& latency) {
  if (!latency) return;
  print_row("instructions", text(grouped(latency->instructions), " an inference on ", find_board(latency->board).core,
                                 " at ", latency->flag, ", predicted (an emulator counts instructions, not cycles)"));
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

namespace {

// How the search went, and what its scores are worth.
void print_search(const SearchFigures& search) {
  print_row("scores", scores_text(search.scores));
  if (const std::string doubt = doubt_text(search.scores); !doubt.empty()) print_row("NOTE", doubt);
  print_row("candidates",
            text(search.candidates, ", of these trained: ", search.trained, "; search ended: ", search.end));
}

}  // namespace

void print_summary(const RunSummary& s, const std::string& folder) {
  const FinishedNetwork& n = s.network;
  if (s.label) print_row("LABEL", *s.label);
  print_row("architecture", s.architecture);
  print_row("parameters", grouped(n.cost.parameters));
  print_row("flash", text(grouped(n.cost.flash_bytes), " bytes, of these code for ", n.code_for, ": ",
                          grouped(n.cost.code_bytes)));
  print_row("RAM", text(grouped(n.cost.ram_bytes), " bytes of arena"));
  print_row("MACs", grouped(n.cost.macs));
  print_latency(s.latency);
  print_accuracy(n.test_accuracy_int8, text(" int8, ", percent_text(n.test_accuracy_float), " float"), n.test_images,
                 n.classes);
  if (s.search) print_search(*s.search);
  print_row("time", duration_text(n.seconds));
  print_row("weights", "sha256 " + n.weights_sha256);
  print_row("C code", folder + "/c");
  print_row("VERIFIED", counts_text(n.verify));
}

void print_what_follows(const RunSummary& s, const std::string& folder) {
  const std::string run = quoted(folder);
  std::vector<NextCommand> next = {{"mininas report " + run, "the run as a page, " + folder + "/report.html"},
                                   {"mininas eval " + run + " --int8 --mistakes", "which test images it gets wrong"},
                                   {"mininas predict " + run + " FILES", "the classes of new images"}};
  if (s.search)
    next.push_back({"mininas candidates " + run + " --front", "smaller and larger networks of this search"});
  print_next(next);
}

std::string architecture_of(const RunFolder& folder) {
  const RunFile run = read_run_file(folder, "");
  if (run.identity.kind == "train" || run.identity.kind == "baseline")
    return train_settings_from(run.settings).architecture;
  if (run.identity.kind == "take") return take_settings_from(run.settings).architecture;
  if (const auto summary = read_run_summary(folder)) return summary->architecture;
  throw ConfigError(text(folder.path().string(),
                         ": is not finished; first go on with: ", command_that_goes_on(folder, run.identity)));
}

void remove_made_of_integers(const RunFolder& folder) {
  std::filesystem::remove_all(folder.export_folder());
  std::filesystem::remove(folder.evaluation_file());
}

void check_resumable(const Command& command, const std::vector<std::string>& allowed) {
  constexpr std::array<std::string_view, 5> kHarmless = {"resume", "data", "threads", "json", "quiet"};
  const auto among = [](const auto& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& name : command.given())
    if (!among(kHarmless, name) && !among(allowed, name))
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
  const RunIdentity begun = read_run_file(folder, "").identity;
  const std::string run = folder.path().string();
  if (begun.kind == "suite")
    throw ConfigError(text(run, ": is a suite; name one of its runs, such as ", run, "/airplane-automobile/search"));
  throw ConfigError(text(run, ": has no trained network yet; go on with: ", command_that_goes_on(folder, begun)));
}

void check_quantized(const RunFolder& folder) {
  if (std::filesystem::exists(folder.quantized_file())) return;
  check_trained(folder);
  const std::string run = folder.path().string();
  const RunIdentity begun = read_run_file(folder, "").identity;
  throw ConfigError(text(run, ": has no quantised network yet; ",
                         begun.kind == "train" ? "make it with: mininas quantize " + quoted(run)
                                               : "go on with: " + command_that_goes_on(folder, begun)));
}

void print_json(const Record& record) { std::cout << record.to_line() << std::endl; }

void print_row(const std::string& name, const std::string& value) {
  constexpr size_t kNameColumns = 17, kUnlimited = std::numeric_limits<int>::max();
  const size_t columns = ::isatty(STDOUT_FILENO) == 1 ? terminal_columns(STDOUT_FILENO) : kUnlimited;
  std::printf("%s", beside(name, kNameColumns, value, std::max(columns, 2 * kNameColumns)).c_str());
}

void print_next(const std::vector<NextCommand>& commands) {
  size_t width = 0;
  for (const NextCommand& next : commands) width = std::max(width, next.command.size());
  for (const NextCommand& next : commands)
    print_row(&next == &commands.front() ? "next" : "",
              text(next.command, std::string(width + 2 - next.command.size(), ' '), next.purpose));
}

}  // namespace mininas
