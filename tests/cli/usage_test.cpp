#include <filesystem>
#include <numeric>
#include <sstream>

#include "core/io/file.h"
#include "search/cost/cost.h"
#include "search/methods/registry.h"
#include "tests/cli/program.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Exit status 2, one line that holds `expected`.
void check_usage(const std::vector<std::string>& arguments, const std::string& expected) {
  const ProgramResult answer = mininas::test::mininas(arguments);
  INFO(answer.errors);
  CHECK(answer.status == 2);
  CHECK(answer.is_one_error_line());
  CHECK_THAT(answer.errors, Catch::Contains(expected));
  CHECK(answer.output.empty());
}

// Exit status 1, one line that holds `expected`.
void check_refusal(const std::vector<std::string>& arguments, const std::string& expected) {
  const ProgramResult answer = mininas::test::mininas(arguments);
  INFO(answer.errors);
  CHECK(answer.status == 1);
  CHECK(answer.is_one_error_line());
  CHECK_THAT(answer.errors, Catch::Contains(expected));
}

}  // namespace

namespace {

std::vector<std::string> lines_of(const std::string& content) {
  std::istringstream in(content);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The options in each group of a page: lines that begin with two spaces and a dash.
std::vector<int> options_by_group(const std::string& page) {
  std::vector<int> groups;
  for (const std::string& line : lines_of(page)) {
    if (!line.empty() && line[0] != ' ' && line.back() == ':') groups.push_back(0);
    if (line.starts_with("  --") && !groups.empty()) ++groups.back();
  }
  return groups;
}

// The names in the overview: of the commands, and of the topics.
struct Overview {
  std::vector<std::string> commands, topics;
};
Overview overview() {
  Overview found;
  bool topics = false;
  for (const std::string& line : lines_of(mininas::test::mininas({"--help"}).output)) {
    topics = topics || line.starts_with("Topics");
    if (line.starts_with("  ") && line[2] != ' ')
      (topics ? found.topics : found.commands).push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return found;
}

}  // namespace

TEST_CASE(
    "every command explains itself with an example, its main options on one screen of 80 columns, all of them in "
    "groups",
    "[cli][help]") {
  const Overview all = overview();
  CHECK(all.commands.size() >= 12);
  for (const std::string& command : all.commands) {
    INFO(command);
    const ProgramResult help = mininas::test::mininas({command, "--help"}),
                        more = mininas::test::mininas({command, "--help-all"});
    CHECK(help.status == 0);
    CHECK(help.errors.empty());
    CHECK_THAT(help.output, Catch::Contains("Example:\n  mininas " + command));
    const std::vector<int> shown = options_by_group(help.output);
    CHECK(std::accumulate(shown.begin(), shown.end(), 0) <= 14);
    for (const int count : options_by_group(more.output)) CHECK(count <= 12);
    for (const std::string& page : {help.output, more.output}) {
      CHECK_THAT(page, Catch::Contains("\n  --json") && Catch::Contains("\n  --quiet"));
      for (const std::string& line : lines_of(page)) {
        INFO(line);
        CHECK(line.size() <= 80);
      }
    }
    CHECK(lines_of(help.output).size() <= 50);
    CHECK(mininas::test::mininas({"help", command}).output == help.output);
  }
}

TEST_CASE("the overview names commands and topics, and `mininas` alone prints it as wrong usage", "[cli][help]") {
  const ProgramResult help = mininas::test::mininas({"--help"}), alone = mininas::test::mininas({});
  CHECK(help.status == 0);
  for (const std::string& line : lines_of(help.output)) CHECK(line.size() <= 80);
  for (const std::vector<std::string>& same : std::vector<std::vector<std::string>>{{"help"}, {"-h"}, {"--help-all"}})
    CHECK(mininas::test::mininas(same).output == help.output);
  CHECK(alone.status == 2);
  CHECK(alone.errors == help.output);
  CHECK(alone.output.empty());
  const Overview all = overview();
  CHECK(all.topics == std::vector<std::string>{"data", "architectures", "methods"});
  for (const std::string& topic : all.topics) {
    const ProgramResult page = mininas::test::mininas({"help", topic});
    CHECK(page.status == 0);
    for (const std::string& line : lines_of(page.output)) CHECK(line.size() <= 80);
  }
  check_usage({"help", "serach"}, "did you mean 'search'?");
}

TEST_CASE("the version tells commit, compiler and instruction set", "[cli][help]") {
  const Record json = mininas::test::mininas({"version", "--json"}).json();
  const ProgramResult text = mininas::test::mininas({"--version"});
  CHECK(text.status == 0);
  for (const char* key : {"version", "commit", "compiler", "kernels"})
    CHECK_THAT(text.output, Catch::Contains(json.string(key)));
  CHECK(json.string("commit").size() >= 7);
}

TEST_CASE("help writes options and their values as they are typed", "[cli][help]") {
  const std::string help = mininas::test::mininas({"search", "--help-all"}).output;
  CHECK_THAT(help, Catch::Contains("\n  --flip, --no-flip  ") && Catch::Contains("\n  --kernels N,N  ") &&
                       Catch::Contains("(default: 7,5)"));
  for (const char* machinery : {"{", "[7", "7,5 ..."}) CHECK_THAT(help, !Catch::Contains(machinery));
}

TEST_CASE("a mistyped command or option is named, with the one that was meant", "[cli][help]") {
  check_usage({"serach", "--data", "x"},
              "'serach' is not a command, `mininas --help` lists them; did you mean 'search'?");
  check_usage({"sing"}, "'sing' is not a command, `mininas --help` lists them\n");
  check_usage({"--seed", "3", "train"}, "--seed: options follow a command");
  check_usage({"search", "--max_flash", "64K"},
              "--max_flash: `mininas search` has no such option, `mininas search --help-all` lists them; did you mean "
              "'--max-flash'?");
  check_usage({"inspect", "w16:s3*5", "--clas=3"}, "did you mean '--classes'?");
  check_usage({"inspect", "w16:s3*5", "-x"},
              "-x: `mininas inspect` has no such option, `mininas inspect --help-all` lists them\n");
  check_usage({"inspect", "w16:s3*5", "w8:s3*5"}, "'w8:s3*5': `mininas inspect` takes no such word");
  check_usage({"search", "--data"}, "--data: expected a value: --data TEXT");
  check_usage({"search", "--out", "--data", "synthetic"}, "--out: expected a value");
}

TEST_CASE("numbers are read as they are typed, and options without effect are refused", "[cli]") {
  check_usage({"train", "--arch", "w8:s3*3", "--data", "synthetic", "--seed", "-1"},
              "--seed: '-1': expected a whole number, 0 or more");
  check_usage({"train", "--arch", "w8:s3*3", "--data", "synthetic", "--epochs", "0x10"}, "--epochs: '0x10'");
  check_usage({"train", "--arch", "w8:s3*3", "--data", "synthetic", "--epochs", "2.5"}, "--epochs: '2.5'");
  check_usage({"train", "--arch", "w8:s3*3", "--data", "synthetic", "--epochs", "99999999999"}, "--epochs");
  for (const std::string& command : std::vector<std::string>{"eval", "export", "verify", "inspect", "report", "replay"})
    check_usage({command, "x", "--seed", "3"}, "--seed: `mininas " + command + "` has no such option");
  check_usage({"inspect", "run", "--trace", "0", "--board", "m4"}, "--board has no effect with --trace");
  check_usage({"inspect", "w8:s3*3", "--layer", "stem"}, "--layer goes with --trace IMAGE");
  check_usage({"inspect", "w8:s3*3", "--backward"}, "--backward goes with --trace IMAGE");
  check_usage({"inspect", "run", "--trace", "0", "--label", "cat"}, "--label goes with --backward");
  check_usage(
      {"search", "--data", "synthetic", "--out", "never", "--score", "as-published", "--validation-fraction", "0.2"},
      "--validation-fraction has no effect with --score as-published");
}

TEST_CASE("wrong usage is one line and exit status 2", "[cli]") {
  check_usage({"inspect"}, "A-or-RUN");
  check_usage({"inspect", "w16:s3*5", "--colour", "red"}, "--colour");
  check_usage({"inspect", "w16:s3*5", "--classes", "two"}, "two");
  check_usage({"inspect", "w16:s3*5", "--classes", "1"}, "--classes 1: expected 2 to 100000");
  check_usage({"train", "--arch", "w16:s3*5"}, "--arch (or --from) and --data are needed");
  check_usage({"train", "--arch", "w8:s3*3", "--data", "synthetic", "--schedule", "odd"},
              "--schedule: 'odd': expected usual or as-published");
  check_usage({"train", "--arch", "w8:s3*3", "--data", "synthetic", "--lr", "-1"}, "--lr -1");
  check_usage({"train", "--arch", "w8:s3*3", "--data", "cifar11:x"}, "cifar11");
  check_usage({"search", "--data", "synthetic"}, "--out RUN");
  check_usage({"inspect", "w16:s4*5"}, "position 6");
  check_usage({"inspect", "w16:s3*2"}, "at least 3 layers");
  check_usage({"inspect", "resnet9"}, "the name of a network");
  check_usage({"inspect", "w16:s3*5", "--input", "32x32"}, "--input: image shape '32x32'");
  check_usage({"bench", "--arch", "w4:x3"}, "--arch: architecture 'w4:x3'");
  check_usage({"train", "--arch", "w8:s4*3", "--data", "synthetic", "--out", "never"}, "position 5");
  check_usage({"search", "--out", "never"}, "--data is needed");
  check_usage({"search", "--data", "synthetic", "--out", "never", "--max-flash", "64Q"},
              "--max-flash: '64Q' is not a size");
  check_usage({"search", "--data", "synthetic", "--out", "never", "--max-params", "50Q"},
              "--max-params: '50Q' is not a size");
  check_usage({"search", "--data", "synthetic", "--out", "never", "--method", "magic"}, "there are: mini-nas");
  check_usage({"search", "--data", "synthetic", "--out", "never", "--min-depth", "9"},
              "the smallest depth, 9, is beyond the largest, 8");
  check_usage({"search", "--data", "synthetic", "--out", "never", "--kernels", "5,6"}, "kernel 6");
  check_usage({"search", "--data", "synthetic", "--out", "never", "--ram-plan", "best"},
              "--ram-plan: 'best': expected whole, overlap or strips");
  check_usage({"search", "--data", "synthetic:size=big", "--out", "never"},
              "--data: synthetic: 'size=big', expected size=NUMBER");
  check_usage({"suite", "--data-root", ".", "--out", "never", "--scale", "huge"},
              "--scale: 'huge': expected quick, study or paper");
  check_usage({"suite", "--data-root", ".", "--out", "never", "--only", "birds"}, "--only: 'birds' is not a data set");
  check_usage({"search", "--data", "synthetic", "--out", "never", "--method", "random", "--space", "tree"},
              "--space: 'tree': expected chain or graph");
  CHECK_FALSE(std::filesystem::exists("never"));
}

TEST_CASE("boards, clocks and their limits go together, or it is wrong usage", "[cli]") {
  const auto check_search = [](std::vector<std::string> words, const std::string& expected) {
    words.insert(words.begin(), {"search", "--data", "synthetic", "--out", "never"});
    check_usage(words, expected);
  };
  check_search({"--max-ms", "25"}, "needs a board");
  check_search({"--max-ms", "25", "--board", "m4"}, "needs a clock, such as 120MHz");
  check_search({"--max-ms", "soon", "--board", "m4", "--clock", "120MHz"}, "--max-ms");
  check_search({"--max-instructions", "5M"}, "needs a board");
  check_search({"--max-instructions", "5Q", "--board", "m4"}, "--max-instructions: '5Q' is not a size");
  check_search({"--board", "m5"}, "there is no board 'm5'; known are m0, m3, m4");
  check_search({"--board", "m4", "--clock", "120"}, "--clock: '120' is not a clock");
  check_search({"--clock", "120MHz"}, "a clock needs a board");
  check_usage({"inspect", "w16:s3*5", "--board", "m5"}, "there is no board 'm5'");
  check_usage({"inspect", "w16:s3*5", "--clock", "1GHz"}, "a clock needs a board");
  CHECK_FALSE(std::filesystem::exists("never"));
}

TEST_CASE("inspect predicts instructions layer by layer, and says what they are worth", "[cli][inspect]") {
  const std::vector<std::string> command = {"inspect", "w16:s3*5", "--board", "m4", "--clock", "120MHz"};
  auto with_json = command;
  with_json.push_back("--json");
  const Record json = mininas::test::mininas(with_json).json();
  int64_t sum = 0;
  for (const Record& layer : json.records("layers")) sum += layer.integer64("instructions");
  CHECK(sum == json.integer64("instructions"));
  CHECK(json.string("board") == "m4");
  CHECK(json.number("milliseconds") == Approx(static_cast<double>(sum) / 120000));
  const ProgramResult table = mininas::test::mininas(command);
  CHECK_THAT(table.output,
             Catch::Contains("instructions") && Catch::Contains(grouped(sum)) && Catch::Contains("Cortex-M4") &&
                 Catch::Contains("an emulator counts instructions, not cycles") && Catch::Contains("ms at 120 MHz"));
  CHECK_FALSE(mininas::test::mininas({"inspect", "w16:s3*5", "--json"}).json().has("instructions"));
}

TEST_CASE("a limit of instructions that no network keeps is refused with the figures, also when the run is resumed",
          "[cli]") {
  const TempDir folder;
  const std::string out = (folder / "run").string();
  check_refusal({"search", "--data", kTinyData, "--out", out, "--max-instructions", "1K", "--board", "m4", "--quiet"},
                "is over the limit of 1,000");
  check_refusal({"search", "--resume", out, "--quiet"}, "is over the limit of 1,000");
  const std::string timed = (folder / "timed").string();
  check_refusal({"search", "--data", kTinyData, "--out", timed, "--max-ms", "0.01", "--board", "m4", "--clock",
                 "120MHz", "--quiet"},
                "estimated milliseconds");
  check_refusal({"search", "--resume", timed, "--quiet"}, "is over the limit of 0.01");
}

TEST_CASE("what cannot be done is one line and exit status 1, with nothing half written", "[cli]") {
  const TempDir folder;
  const std::string out = (folder / "run").string();
  check_refusal({"inspect", "no/such/run"}, "no such folder");
  check_refusal({"inspect", folder.path().string()}, "holds no run");
  check_refusal({"train", "--arch", "w8:s3*3", "--data", "cifar10:/nowhere", "--out", out}, "/nowhere");
  check_refusal({"search", "--data", "cifar10:/nowhere", "--out", out}, "/nowhere");
  check_refusal({"search", "--resume", out}, "holds no run");
  check_refusal({"quantize", out}, "holds no run");
  check_refusal({"verify", out}, "holds no run");
  CHECK_FALSE(std::filesystem::exists(out));
  check_refusal({"search", "--data", kTinyData, "--out", "/proc/run"}, "/proc/run");
  check_refusal({"bench", "--arch", "w512:s7*100", "--input", "4096x4096x3", "--batch", "1024"},
                "a training step on 1024 images takes about ");
  check_refusal({"train", "--arch", "w512:s3*3", "--data", "synthetic:size=256,train=256,test=16", "--batch", "256",
                 "--quiet", "--out", out},
                "of memory, and ");
  CHECK_FALSE(std::filesystem::exists(out + "/network.bin"));
}

TEST_CASE("a budget that no network keeps is refused with the figures", "[cli]") {
  const TempDir folder;
  const ProgramResult answer = mininas::test::mininas(
      {"search", "--data", kTinyData, "--out", (folder / "run").string(), "--max-flash", "1K", "--quiet"});
  CHECK(answer.status == 1);
  CHECK(answer.is_one_error_line());
  CHECK_THAT(answer.errors, Catch::Contains("over the limit of 1,024"));
}

TEST_CASE("inspect shows the published sizes", "[cli][inspect]") {
  const ProgramResult answer =
      mininas::test::mininas({"inspect", "w72:s3*10", "--input", "32x32x3", "--classes", "10", "--json"});
  REQUIRE(answer.status == 0);
  const Record json = answer.json();
  CHECK(json.integer("params") == 388450);
  CHECK(json.integer("flash_bytes") == json.integer("model_bytes") + json.integer("code_bytes"));
  CHECK(json.integer("ram_bytes") == 64224);
  CHECK(json.has("layers"));
  const ProgramResult named = mininas::test::mininas({"inspect", "mobilenetv2", "--classes", "10", "--json"});
  CHECK(named.json().integer("params") == 2'296'922);
  const ProgramResult table = mininas::test::mininas({"inspect", "w16:s3*6", "--input", "32x32x3", "--classes", "2"});
  CHECK_THAT(table.output, Catch::Contains("11,682") && Catch::Contains("layer5.pointwise") &&
                               Catch::Contains("12,832 bytes of arena"));
  const ProgramResult whole =
      mininas::test::mininas({"inspect", "w16:s3*6", "--input", "32x32x3", "--classes", "2", "--ram-plan", "whole"});
  CHECK_THAT(whole.output, Catch::Contains("66,592 bytes of arena, plan whole"));
  CHECK(mininas::test::mininas({"inspect", "w16:s3*6", "--ram-plan", "best"}).status == 2);
}

TEST_CASE("a method's options are shown and taken with that method alone", "[cli][search]") {
  const std::string fast = mininas::test::mininas({"search", "--help-all"}).output;
  const std::string macro = mininas::test::mininas({"search", "--method", "macro-micro", "--help-all"}).output;
  CHECK_THAT(fast, !Catch::Contains("--depth-failures") && Catch::Contains("--noise"));
  CHECK_THAT(macro, Catch::Contains("--depth-failures") && Catch::Contains("--size-slack"));
  check_usage({"search", "--data", "synthetic", "--out", "never", "--depth-failures", "1"}, "--depth-failures");
  check_usage({"search", "--data", "synthetic", "--out", "never", "--protocol=macro-micro", "--depth-failures", "-1"},
              "--depth-failures -1");  // the name that --method had before
  check_usage({"search", "--data", "synthetic", "--out", "never", "--method", "macro-micro", "--protocol", "mini-nas"},
              "--method");
  check_usage({"search", "--data", "synthetic", "--out", "never", "--score", "test"},
              "--score: 'test': expected validation, as-published or balanced");
}

TEST_CASE("a preset sets a method's options, and options beside it win", "[cli][search]") {
  const auto help = [](const std::vector<std::string>& words) {
    std::vector<std::string> command = {"search", "--help-all"};
    command.insert(command.end(), words.begin(), words.end());
    return mininas::test::mininas(command).output;
  };
  for (const std::string& method : method_names()) CHECK_THAT(help({}), Catch::Contains("  " + method + ": "));
  CHECK_THAT(help({"--method", "mini-nas", "--preset", "paper"}), Catch::Contains("--preset paper: as published"));
  const std::vector<std::string> search = {"search", "--data", "synthetic", "--out", "never"};
  const auto check_search = [&](const std::vector<std::string>& words, const std::string& expected) {
    std::vector<std::string> command = search;
    command.insert(command.end(), words.begin(), words.end());
    check_usage(command, expected);
  };
  check_search({"--preset", "paper"}, "--preset: 'paper': mini-nas-fast has no such preset, nor any other");
  check_search({"--method", "mini-nas", "--preset", "poster"},
               "--preset: 'poster': mini-nas has no such preset; there are: paper");
}

TEST_CASE("replay shows the first difference and exits with status 1", "[cli][replay]") {
  const TempDir folder;
  const std::string log = (folder / "log.csv").string();
  const std::string head = "step,stage,depth,width,ops,kernels,epochs,params,train_acc,valid_acc,epoch1_valid_acc\n";
  // A whole search: one network, no room to grow, shrink or change.
  const std::vector<std::string> command = {"replay",      log,  "--method", "mini-nas", "--max-depth",      "3",
                                            "--max-width", "16", "--noise",  "0",        "--layer-fraction", "0"};
  write_text_file(folder / "log.csv", head + "0,depth,3,16,000,333,300,5074,90,80,50\n");
  const ProgramResult equal = mininas::test::mininas(command);
  INFO(equal.errors);
  CHECK(equal.status == 0);
  CHECK_THAT(equal.output, Catch::Contains("w16:s3*3") && Catch::Contains("2 classes, 3 channels"));
  auto explained = command;
  explained.push_back("--explain");
  CHECK_THAT(mininas::test::mininas(explained).output,
             Catch::Contains("depth: Networks of separable") && Catch::Contains("the first network"));
  explained.push_back("--json");
  const auto decisions = mininas::test::mininas(explained).json().records("decisions");
  REQUIRE(decisions.size() == 1);
  CHECK(decisions[0].boolean("accepted"));
  CHECK_THAT(decisions[0].string("reason"), Catch::Contains("the first network"));
  CHECK_THAT(decisions[0].string("rule"), Catch::StartsWith("Networks of separable"));
  write_text_file(folder / "log.csv",
                  head + "0,depth,3,16,000,333,300,5074,90,80,50\n1,depth,4,16,0000,3333,300,5506,90,80,50\n");
  const ProgramResult longer = mininas::test::mininas(command);
  CHECK(longer.status == 1);
  CHECK(longer.is_one_error_line());
  CHECK_THAT(longer.errors,
             Catch::Contains("line 3: expected candidate w16:s3*4") && Catch::Contains("the search is over"));
  check_refusal({"replay", (folder / "none.csv").string()}, "none.csv");
}
