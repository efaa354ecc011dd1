// `make mcu-code-sizes`: compiles the runtime's files for the code of every board, for size and for speed, and writes
// what each takes to mcu/host/cost/code_sizes.csv, which every prediction of flash is made of.
//   mcu_code_sizes SIZES.csv
#include <cstdio>
#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/object/runtime_files.h"
#include "mcu/host/verify/compile.h"

using namespace mininas;

namespace {

// Code and constants; the runtime has no variables.
int64_t compiled_bytes(const CodeBuild& build, const WorkFolder& work, const std::string& source) {
  const std::string object = (work / "object.o").string(), advice = "install " + build.board->toolchain->package;
  std::vector<std::string> command = code_size_command(build);
  command.insert(command.end(), {(work / source).string(), "-o", object});
  run_tool(command, work / "log.txt", source, advice);
  std::istringstream table(
      run_tool({build.board->toolchain->prefix + "size", object}, work / "log.txt", source, advice));
  std::string header;
  int64_t code = 0, data = 0, zeroed = 0;
  std::getline(table, header);
  table >> code >> data >> zeroed;
  if (data + zeroed > 0) throw Error(text(source, ": has ", data + zeroed, " bytes of variables, expected none"));
  return code;
}

CodeSizeTable measured() {
  const WorkFolder work;
  for (const TextFile& file : runtime_files()) write_text_file(work / file.name, file.text);
  CodeSizeTable table;
  for (const Board& board : boards())
    for (const Optimisation optimisation : {Optimisation::kSize, Optimisation::kSpeed}) {
      CodeSizes& sizes = table[{code_of(board), flag_of(optimisation)}];
      if (!sizes.empty()) continue;  // another board of the same code
      for (const TextFile& file : runtime_files())
        if (file.name.ends_with(".c")) sizes[file.name] = compiled_bytes({&board, optimisation}, work, file.name);
    }
  return table;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: mcu_code_sizes SIZES.csv\n");
    return 2;
  }
  try {
    write_text_file(argv[1], to_csv(measured()));
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "code_sizes: %s\n", error.what());
    return 1;
  }
}
