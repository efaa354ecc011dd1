#include "tests/fuzz/text_readers.h"

#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "datasets/open.h"
#include "datasets/readable_name.h"
#include "search/job/run_folder.h"
#include "search/record/record_file.h"
#include "search/run/journal.h"
#include "search/run/published_log.h"
#include "search/space/build.h"
#include "tests/fuzz/files.h"

namespace mininas::test {
namespace {

namespace fs = std::filesystem;

// Longer networks take long to build and show nothing new.
constexpr int kMostLayers = 20;

int layers_of(const Architecture& architecture) {
  const Chain* chain = architecture.as<Chain>();
  return chain == nullptr ? 0 : chain->depth();
}

void read_architecture(std::string_view input, const fs::path&) {
  const Architecture architecture = parse_architecture(std::string(input));
  MN_CHECK(parse_architecture(to_text(architecture)) == architecture, "the text does not parse back");
  if (layers_of(architecture) <= kMostLayers) build_network_spec(architecture, {32, 32, 3}, 10);
}

std::vector<std::string> architecture_seeds(const fs::path&) {
  return {"w16:s3*5,c5",
          "w8:c3,c3,s7*2,s5",
          "mobilenetv2",
          "resnet8",
          "graph: a=c3x16(image), b=s3x16(a), c=add(a,b)",
          "graph: a=c5x8/2(image), b=relu(a), c=s3x8(b), d=add(b,c)"};
}

void read_data(std::string_view input, const fs::path&) { parse_dataset(std::string(input)); }

std::vector<std::string> data_seeds(const fs::path&) {
  return {"synthetic:classes=4,size=16,train=100",      "cifar10:data/cifar:cat,dog", "idx:data/mnist",
          "tiny-imagenet:data:n02099601=dog,n02123045", "folder:photos:64x48x1:pad",  "csv:labels.csv:32x32"};
}

void read_name(std::string_view input, const fs::path&) {
  const std::string name = composed_utf8(std::string(input));
  MN_CHECK(composed_utf8(name) == name, "a composed name changes when it is composed again");
}

std::vector<std::string> name_seeds(const fs::path&) {
  return {"caf\x65\xCC\x81", "caf\xE9", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "plain"};
}

void read_record(std::string_view input, const fs::path&) {
  const Record record = Record::parse(std::string(input), "input");
  const std::string line = record.to_line();
  MN_CHECK(Record::parse(line, "line").to_line() == line, "the line does not parse back");
  MN_CHECK(Record::parse(record.to_page(), "page").to_line() == line, "the page does not parse back");
}

std::vector<std::string> record_seeds(const fs::path&) {
  return {R"({"a": 1, "b": [1.5, -2e3], "c": {"d": "text \u00e9", "e": [true]}, "f": [{"g": 18446744073709551615}]})"};
}

void read_run(std::string_view input, const fs::path& folder) {
  write_record(folder / "run.json", Record::parse(std::string(input), "input"));
  read_run_file(RunFolder::view(folder), "");
}

std::vector<std::string> run_seeds(const fs::path& folder) {
  const fs::path run = folder / "run";
  write_run_file(RunFolder::create(run), {"search", "mininas search", "synthetic", "0123", "4567"},
                 Record().set("method", "mini-nas").set("epochs", 3));
  Record record = ::mininas::read_record(run / "run.json");
  return {record.to_line()};
}

// Lines without their checks, which are put behind them.
void read_journal(std::string_view input, const fs::path& folder) {
  std::istringstream lines{std::string(input)};
  std::string file, check;
  for (std::string line; std::getline(lines, line);) {
    try {
      line = journal_line(Record::parse(line, "line"), check);
    } catch (const Error&) {
      // Then the journal has a line that is no record.
    }
    file += line + "\n";
  }
  put(folder / "journal.jsonl", file);
  const Journal journal(folder / "journal.jsonl");
  for (const JournalEntry& entry : journal.entries()) journal.find(entry.trial.candidate);
}

std::vector<std::string> journal_seeds(const fs::path& folder) {
  const fs::path path = folder / "seed.jsonl";
  {
    Journal journal(path);
    JournalEntry entry;
    entry.trial.candidate = {"depth", parse_architecture("w16:s3*3"), 5};
    entry.trial.outcome.score = 71.5;
    entry.trial.outcome.curve = {50, 71.5};
    entry.trial.outcome.seconds = 2.5;
    journal.append(entry);
    journal.append_decision(0, {true, "the first"});
    journal.append_time_is_up();
    journal.append_end("finished");
  }
  std::string lines;
  std::istringstream file(read_text_file(path));
  for (std::string line; std::getline(file, line);) {
    Record record = Record::parse(line, "seed");
    record.remove("check");
    lines += record.to_line() + "\n";
  }
  return {lines};
}

void read_log(std::string_view input, const fs::path& folder) {
  put(folder / "log.csv", input);
  const auto trials = read_published_log(folder / "log.csv");
  put(folder / "again.csv", to_published_log(trials));
  MN_CHECK(read_published_log(folder / "again.csv").size() == trials.size(), "the log does not parse back");
  if (layers_of(trials[0].trial.candidate.architecture) <= kMostLayers) deduce_task(trials[0], 0, 0);
}

std::vector<std::string> log_seeds(const fs::path&) {
  const int64_t parameters = parameter_count(plain_chain(16, 3), LoggedTask{});
  return {
      text("step,stage,depth,width,ops,kernels,epochs,params,train_acc,valid_acc,epoch1_valid_acc\n1,depth,3,16,000,"
           "333,300,",
           parameters, ",99.5,81.25,40\n2,width,3,12,010,353,300,9999,98,80.5,39.5\n")};
}

}  // namespace

const Reader kArchitectureReader{"architecture", read_architecture, architecture_seeds};
const Reader kDataReader{"data", read_data, data_seeds};
const Reader kNameReader{"name", read_name, name_seeds};
const Reader kRecordReader{"record", read_record, record_seeds};
const Reader kRunReader{"run", read_run, run_seeds};
const Reader kJournalReader{"journal", read_journal, journal_seeds};
const Reader kLogReader{"log", read_log, log_seeds};

}  // namespace mininas::test
