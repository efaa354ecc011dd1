#include "search/job/run_folder.h"

#include "core/error.h"
#include "search/record/record_file.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 4;  // of run.json; a run of another version cannot be gone on with

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

void write_run_file(const RunFolder& folder, const RunIdentity& identity, const Record& settings) {
  Record record;
  record.set("version", kVersion)
      .set("kind", identity.kind)
      .set("command", identity.command)
      .set("data", identity.data);
  record.set("compiler", __VERSION__)
      .set("train_digest", identity.train_digest)
      .set("test_digest", identity.test_digest)
      .set("settings", settings);
  write_record(folder.run_file(), record);
}

RunFile read_run_file(const RunFolder& folder, const std::string& kind) {
  const Record record = read_record(folder.run_file());
  const std::string path = folder.run_file().string();
  if (record.integer("version") != kVersion)
    throw FormatError(text(path, ": 'version' is ", record.integer("version"), ", expected ", kVersion,
                           "; use the program that began the run"));
  const RunIdentity identity{record.string("kind"), record.string("command"), record.string("data"),
                             record.string("train_digest"), record.string("test_digest")};
  if (!kind.empty() && identity.kind != kind)
    throw FormatError(text(path, ": is a run of `mininas ", identity.kind, "`, expected one of `mininas ", kind, "`"));
  return {identity, record.record("settings")};
}

void check_same_data(const RunFolder& folder, const RunIdentity& recorded, const std::string& train_digest,
                     const std::string& test_digest) {
  check_digest(folder, "training", recorded.train_digest, train_digest);
  check_digest(folder, "test", recorded.test_digest, test_digest);
}

}  // namespace mininas
