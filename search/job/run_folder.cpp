#include "search/job/run_folder.h"

#include "core/error.h"
#include "core/quoted.h"
#include "search/record/fields.h"
#include "search/record/record_file.h"

namespace mininas {

template <>
inline constexpr auto kFields<RunIdentity> = std::tuple(field("kind", &RunIdentity::kind),
                                                        field("command", &RunIdentity::command),
                                                        field("data", &RunIdentity::data),
                                                        field("train_digest", &RunIdentity::train_digest),
                                                        field("test_digest", &RunIdentity::test_digest));
template <>
inline constexpr auto kFields<RunFile> = std::tuple(field("version", &RunFile::version), part(&RunFile::identity),
                                                    field("compiler", &RunFile::compiler),
                                                    field("settings", &RunFile::settings));

namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 6;  // of run.json; a run of another version cannot be resumed

void check_digest(const RunFolder& folder, const char* which, const std::string& recorded, const std::string& found) {
  if (recorded == found) return;
  throw ConfigError(text(folder.run_file().string(), ": the ", which,
                         " images have changed since the run began: recorded digest ", recorded.substr(0, 16),
                         ", found ", found.substr(0, 16), "; restore them or begin a new run with another --out"));
}

}  // namespace

void RunFolder::lock() {
  make_writable_folder(path_);
  lock_ = std::make_unique<FolderLock>(path_);
  make_writable_folder(checkpoint_folder());
  remove_leftovers(checkpoint_folder());
}

RunFolder RunFolder::create(const fs::path& path) {
  RunFolder folder(path);
  folder.lock();
  if (fs::exists(folder.run_file()))
    throw ConfigError(text(path.string(), ": holds a run already; go on with it by --resume ", path.string(),
                           " or choose another --out"));
  return folder;
}

RunFolder RunFolder::open(const fs::path& path) {
  RunFolder folder = view(path);
  folder.lock();
  return folder;
}

RunFolder RunFolder::view(const fs::path& path) {
  RunFolder folder(path);
  if (!fs::exists(folder.run_file()))
    throw ConfigError(text(path.string(), ": holds no run (run.json is missing); begin one with --out"));
  return folder;
}

std::string command_of(const std::string& kind) { return kind == "baseline" ? "suite" : kind; }

std::string command_that_goes_on(const RunFolder& folder, const RunIdentity& run) {
  if (run.kind == "baseline") return "the command of its suite";
  if (run.kind == "take") return run.command;
  return text("mininas ", run.kind, " --resume ", quoted(folder.path().string()));
}

void write_run_file(const RunFolder& folder, const RunIdentity& identity, const Record& settings) {
  write_record(folder.run_file(), to_record(RunFile{kVersion, identity, __VERSION__, settings}));
}

RunFile read_run_file(const RunFolder& folder, const std::string& kind) {
  const Record record = read_record(folder.run_file());
  const std::string path = folder.run_file().string();
  if (record.integer("version") != kVersion)
    throw FormatError(text(path, ": 'version' is ", record.integer("version"), ", expected ", kVersion,
                           "; use the program that began the run"));
  RunFile run = from_record<RunFile>(record);
  if (!kind.empty() && run.identity.kind != kind)
    throw FormatError(text(path, ": is a run of `mininas ", command_of(run.identity.kind),
                           "`, expected one of `mininas ", kind, "`"));
  return run;
}

void check_same_data(const RunFolder& folder, const RunIdentity& recorded, const std::string& train_digest,
                     const std::string& test_digest) {
  check_digest(folder, "training", recorded.train_digest, train_digest);
  check_digest(folder, "test", recorded.test_digest, test_digest);
}

}  // namespace mininas
