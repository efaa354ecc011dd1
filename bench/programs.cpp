#include "bench/programs.h"

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/verify/process.h"

namespace mininas::bench {

namespace fs = std::filesystem;

std::optional<std::string> output_of(const std::vector<std::string>& command, const fs::path& errors) {
  Process process(command, errors);
  std::string output;
  std::vector<std::byte> buffer(65536);
  for (size_t got; (got = process.read(buffer)) > 0;) output.append(reinterpret_cast<const char*>(buffer.data()), got);
  if (!process.wait().empty()) return std::nullopt;
  return output;
}

Record answer_of(const std::vector<std::string>& command, const WorkFolder& work) {
  const fs::path errors = work.path() / "errors";
  const auto output = output_of(command, errors);
  if (!output) throw IoError(text(command[0], " failed: ", read_text_file(errors)));
  return Record::parse(*output, command[0]);
}

std::string mininas_program() { return (fs::read_symlink("/proc/self/exe").parent_path() / "mininas").string(); }

}  // namespace mininas::bench
