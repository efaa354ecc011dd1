#include "tests/cli/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "core/io/file.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

namespace mininas::test {
namespace {

int status_of(const std::string& ending) {
  const std::string exit = "exit status ";
  if (ending.empty()) return 0;
  if (ending.rfind(exit, 0) != 0) throw std::runtime_error("the program ended with " + ending);
  return std::stoi(ending.substr(exit.size()));
}

// A C compiler that does not optimise, which takes a third of the time: that optimised code computes the same is tested
// below tests/mcu.
std::string quick_compiler() {
  static const TempDir folder;
  const std::filesystem::path script = folder / "cc";
  if (std::filesystem::exists(script)) return script.string();
  const char* named = std::getenv("CC");
  write_text_file(script, std::string("#!/bin/sh\nexec ") + (named == nullptr ? "cc" : named) + " \"$@\" -O0\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  return script.string();
}

std::vector<std::string> command_line(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"/usr/bin/env", "CC=" + quick_compiler(), program_path()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

pid_t start(const std::vector<std::string>& words, const std::filesystem::path& errors) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::dup2(::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDERR_FILENO);
  ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

std::string program_path() {
  const char* named = std::getenv("MININAS_BIN");
  return named == nullptr ? "build/release/mininas" : named;
}

const std::string kTinyData = "synthetic:size=12,train=300,test=40";

bool ProgramResult::is_one_error_line() const {
  return errors.rfind("mininas: ", 0) == 0 && std::count(errors.begin(), errors.end(), '\n') == 1 &&
         errors.back() == '\n';
}

ProgramResult mininas(std::vector<std::string> arguments) {
  const CommandResult result = run_command(command_line(arguments));
  return {status_of(result.ending), result.output, result.errors};
}

namespace {

int signal_when(const std::vector<std::string>& arguments,
                const std::function<bool(const std::filesystem::path&)>& moment, int signal, std::string* errors) {
  const TempDir folder;
  const pid_t child = start(command_line(arguments), folder / "errors");
  int status = 0;
  bool sent = false;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (!sent && moment(folder / "errors")) {
      ::kill(child, signal);
      sent = true;
    }
    ::usleep(500);
  }
  if (errors != nullptr) *errors = read_text_file(folder / "errors");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int signal_at(const std::vector<std::string>& arguments, const std::function<bool()>& moment, int signal,
              std::string* errors) {
  return signal_when(
      arguments, [&](const std::filesystem::path&) { return moment(); }, signal, errors);
}

int signal_after(const std::vector<std::string>& arguments, const std::string& said, int signal, std::string* errors) {
  const auto has_said = [&](const std::filesystem::path& file) {
    return std::filesystem::exists(file) && read_text_file(file).find(said) != std::string::npos;
  };
  return signal_when(arguments, has_said, signal, errors);
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

std::vector<std::string> tiny_search(const std::filesystem::path& out) {
  std::vector<std::string> words = words_of(
      "search --json --threads 1 --board m4 --clock 16MHz --max-depth 4 --min-width 4 --max-width 8 --kernels 5 "
      "--noise 0 --warm-epochs 1 --cutout 0 --lr 0.05 --candidate-epochs 3 --final-epochs 3 --qat-epochs 2 "
      "--validation-fraction 0.3 --epoch-steps 0");
  words.insert(words.end(), {"--data", kTinyData, "--out", out.string()});
  return words;
}

}  // namespace mininas::test
