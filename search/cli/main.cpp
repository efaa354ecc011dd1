// The program `mininas`. The only place that turns errors into exit codes:
//   0 done   1 could not be done   2 wrong usage   130 interrupted by Ctrl-C or SIGTERM, everything saved
#include <exception>
#include <iostream>

#include "core/error.h"
#include "search/cli/commands.h"
#include "search/cli/interrupt.h"
#include "search/methods/protocol.h"

namespace {

// An option's value before the line is parsed: the protocol decides which options there are.
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
  try {
    Parser parser;
    const std::string protocol = value_of("--protocol", argc, argv, kDefaultProtocol);
    add_search_command(parser, protocol);
    add_train_command(parser);
    add_quantize_command(parser);
    add_export_command(parser);
    add_verify_command(parser);
    add_eval_command(parser);
    add_inspect_command(parser);
    add_bench_command(parser);
    add_suite_command(parser);
    add_report_command(parser);
    add_replay_command(parser, protocol);
    const auto action = parser.parse(argc, argv);
    watch_for_interrupts();
    return action();
  } catch (const UsageError& error) {
    std::cerr << "mininas: " << error.what() << "\n";
    return 2;
  } catch (const Interrupted& stop) {
    std::cerr << "mininas: " << stop.what() << "\n";
    return 130;
  } catch (const std::exception& error) {
    std::cerr << "mininas: " << error.what() << "\n";
    return 1;
  }
}
