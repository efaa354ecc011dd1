// The program `mininas`. Only this file turns errors into exit codes:
//   0 done   1 could not be done   2 wrong usage   130 interrupted by Ctrl-C or SIGTERM, everything saved
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>

#include "core/error.h"
#include "datasets/open.h"
#include "search/cli/commands.h"
#include "search/cli/interrupt.h"
#include "search/cli/standard_files.h"
#include "search/methods/registry.h"
#include "search/space/architecture.h"

namespace {

// The value of an option before the line is parsed: the method determines which options there are.
std::string value_of(const std::string& option, int argc, char** argv, const std::string& otherwise) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == option && i + 1 < argc) return argv[i + 1];
    if (word.rfind(option + "=", 0) == 0) return word.substr(option.size() + 1);
  }
  return otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace mininas;
  std::signal(SIGXFSZ, SIG_IGN);  // write() then reports a file over the size limit as an error
  occupy_standard_files();
  try {
    Parser parser;
    const std::string older = value_of("--protocol", argc, argv, kDefaultMethod);
    const MethodChoice choice{value_of("--method", argc, argv, older), value_of("--preset", argc, argv, "")};
    parser.section("From images to verified C");
    add_search_command(parser, choice);
    add_predict_command(parser);
    add_report_command(parser);
    parser.section("After a search");
    add_candidates_command(parser);
    add_take_command(parser);
    add_compare_command(parser);
    parser.section("Step by step");
    add_train_command(parser);
    add_quantize_command(parser);
    add_export_command(parser);
    add_verify_command(parser);
    add_eval_command(parser);
    parser.section("Look and measure");
    add_inspect_command(parser);
    add_bench_command(parser);
    add_version_command(parser);
    parser.section("Beside publications");
    add_suite_command(parser);
    add_replay_command(parser, choice);
    parser.add_topic("data", "which images --data names",
                     "--data names the images in one of these forms:\n" + dataset_help());
    parser.add_topic("architectures", "how --arch names a network", architecture_help());
    parser.add_topic("methods", "how --method searches", "--method is one of these:\n" + method_help());
    const auto action = parser.parse(argc, argv);
    watch_for_interrupts();
    const int status = action();
    flush_standard_output();
    return status;
  } catch (const UsageError& error) {
    std::cerr << "mininas: " << error.what() << "\n";
    return 2;
  } catch (const Interrupted& stop) {
    std::cerr << "mininas: " << stop.what() << "\n";
    return 130;
  } catch (const std::filesystem::filesystem_error& error) {
    const std::string other = error.path2().empty() ? "" : " and " + error.path2().string();
    std::cerr << "mininas: " << error.path1().string() << other << ": " << error.code().message() << "\n";
    return 1;
  } catch (const std::bad_alloc&) {
    std::cerr << "mininas: not enough memory; take smaller images, a smaller --batch or a smaller network\n";
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "mininas: " << error.what() << "\n";
    return 1;
  }
}
