// RunFolder: the files of one run, held by one process at a time. run-files.md tells what is in each.
//   run.json          what was asked: command, settings, digests of the data; written first, and changed only where a
//                     finished training is given more epochs, or a search that found nothing other limits
//   images.json       which files the images were (search/job/run_images.h), where they are files
//   journal.jsonl     the search, a line a candidate (search/run/journal.h)
//   network.bin       the trained float network (nn/weights/model_file.h)      training.json   its epochs
//   quantized.bin     the network in integers (nn/quant/quantized_model.h)   quantizing.json its epochs
//   c/                the export        evaluation.json   predictions of test images (search/job/final_evaluation.h)
//   summary.json      what came out; written last
//   front/N/          candidate N of the search finished too, a run of its own (--pareto)
//   report.html       all of that for people, written by `mininas report`
//   checkpoints/      what a killed run goes on with; empty once it is done
#pragma once
#include <filesystem>
#include <memory>

#include "core/io/file.h"
#include "search/record/record.h"

namespace mininas {

class RunFolder {
 public:
  // Makes the folder where it is missing. Throws ConfigError where it holds a run already, IoError where it cannot be
  // written to or another process uses it.
  static RunFolder create(const std::filesystem::path& path);
  // Throws ConfigError where it holds no run, IoError where another process uses it.
  static RunFolder open(const std::filesystem::path& path);
  // To read a run that another process may be using: nothing is locked. Throws ConfigError where it holds no run.
  static RunFolder view(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path run_file() const { return path_ / "run.json"; }
  std::filesystem::path images_file() const { return path_ / "images.json"; }
  std::filesystem::path journal_file() const { return path_ / "journal.jsonl"; }
  std::filesystem::path network_file() const { return path_ / "network.bin"; }
  std::filesystem::path training_file() const { return path_ / "training.json"; }
  std::filesystem::path quantized_file() const { return path_ / "quantized.bin"; }
  std::filesystem::path quantizing_file() const { return path_ / "quantizing.json"; }
  std::filesystem::path export_folder() const { return path_ / "c"; }
  std::filesystem::path evaluation_file() const { return path_ / "evaluation.json"; }
  std::filesystem::path report_file() const { return path_ / "report.html"; }
  std::filesystem::path summary_file() const { return path_ / "summary.json"; }
  std::filesystem::path checkpoint_folder() const { return path_ / "checkpoints"; }

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  void lock();

  std::filesystem::path path_;
  std::unique_ptr<FolderLock> lock_;
};

struct RunIdentity {
  std::string kind;     // "search", "take", "train", "suite", or "baseline": a suite's MobileNetV2
  std::string command;  // as it was typed
  std::string data;     // a text of --data that names the images from any working folder (Dataset::source)
  std::string train_digest, test_digest;
};

// run.json. `settings` are those of the kind of run (search/job/settings.h).
struct RunFile {
  int version = 0;
  RunIdentity identity;
  std::string compiler;  // that built the program
  Record settings;
};
// The command that began a run of this kind.
std::string command_of(const std::string& kind);
// What has to be typed for an unfinished run to go on.
std::string command_that_goes_on(const RunFolder& folder, const RunIdentity& run);
void write_run_file(const RunFolder& folder, const RunIdentity& identity, const Record& settings);
// Throws FormatError where the file is damaged, of another version, or of another kind than `kind` ("" takes any).
RunFile read_run_file(const RunFolder& folder, const std::string& kind);

// Throws ConfigError, with both digests, where the images are not those that the run began with.
void check_same_data(const RunFolder& folder, const RunIdentity& recorded, const std::string& train_digest,
                     const std::string& test_digest);

}  // namespace mininas
