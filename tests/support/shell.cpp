#include "tests/support/shell.h"

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/verify/process.h"
#include "tests/support/catch.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

namespace mininas::test {

CommandResult run_command(const std::vector<std::string>& command) {
  const TempDir folder;
  CommandResult result;
  Process child(command, folder / "errors");
  std::vector<std::byte> buffer(size_t{1} << 16);
  for (size_t got = buffer.size(); got == buffer.size();) {
    got = child.read(buffer);
    result.output.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
  result.ending = child.wait();
  result.errors = read_text_file(folder / "errors");
  return result;
}

bool has_program(const std::string& name) {
  try {
    return run_command({name, "--version"}).ending.empty();
  } catch (const IoError&) {
    return false;
  }
}

bool skipped_without(const std::string& program) {
  const bool missing = !has_program(program);
  if (missing) skip(program + " is not installed");
  return missing;
}

}  // namespace mininas::test
