#include "mcu/host/verify/firmware.h"

#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/sha256.h"
#include "core/parallel.h"
#include "mcu/host/object/runtime_files.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kStackBytes = 1024;  // at least, in addition to everything else
constexpr int64_t kGuardBytes = 64;    // after the arena, as in mcu/boards/driver.c

void append(std::vector<std::string>& command, const std::vector<std::string>& words) {
  command.insert(command.end(), words.begin(), words.end());
}

int64_t section_bytes(const std::string& table, const std::string& section) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    int64_t bytes = 0;
    if (words >> name >> bytes && name == section) return bytes;
  }
  throw ConfigError(text("the linked file has no section ", section));
}

}  // namespace

Firmware::Firmware(const fs::path& folder, const Board& board, const std::string& optimisation, const WorkFolder& work,
                   const fs::path& objects)
    : folder_(folder), board_(board), optimisation_(optimisation), work_(work), objects_(objects) {
  write_board_files(work);
  std::vector<fs::path> sources = exported_sources(folder);
  for (const std::string& name : {std::string("driver.c"), std::string("semihosting.c"), board.toolchain->startup})
    sources.push_back(work / name);
  std::vector<fs::path> linked(sources.size());
  parallel_for(static_cast<int64_t>(sources.size()),
               [&](int64_t i) { linked[static_cast<size_t>(i)] = object_of(sources[static_cast<size_t>(i)]); });
  link(linked);
}

LinkedSizes Firmware::sizes() const {
  const std::string table = run({board_.toolchain->prefix + "size", "-A", "-d", file().string()}, "size.txt");
  return {section_bytes(table, ".runtime"), section_bytes(table, ".model"),
          section_bytes(table, ".arena") - kGuardBytes};
}

std::vector<std::string> Firmware::compiler() const {
  std::vector<std::string> command = {board_.toolchain->prefix + "gcc"};
  append(command, board_.compiler_flags);
  command.push_back(optimisation_);
  return command;
}

// Each source becomes its own object, so that the linker script can distinguish them.
fs::path Firmware::object_of(const fs::path& source) const {
  const std::string stem = source.stem().string();
  if (!objects_.empty() && stem != "model" && stem != "driver")
    return shared_object(source);  // these two include model.h
  compile(source, work_ / (stem + ".o"));
  return work_ / (stem + ".o");
}

// The folder is named by a digest of everything that the object depends on; the file has the name that the linker
// script expects.
fs::path Firmware::shared_object(const fs::path& source) const {
  std::string all = read_text_file(source);
  for (const std::string& word : compiler()) all += word + "\n";
  for (const auto& files : {runtime_files(), board_files()})
    for (const TextFile& file : files) all += file.text;
  const fs::path folder = objects_ / sha256_hex(std::as_bytes(std::span(all)));
  fs::path object = folder / (source.stem().string() + ".o");
  const fs::path fresh = work_ / object.filename().string();
  if (fs::exists(object)) return object;
  compile(source, fresh);
  make_writable_folder(folder);
  const fs::path own = folder / work_.path().filename();  // other threads may compile the same object
  fs::copy_file(fresh, own);
  fs::rename(own, object);
  return object;
}

void Firmware::compile(const fs::path& source, const fs::path& object) const {
  std::vector<std::string> command = compiler();
  append(command, strict_c_flags());
  // There is no library with memset, so loops must not be turned into calls of it.
  append(command, {"-fdata-sections", "-fno-tree-loop-distribute-patterns"});
  append(command, {"-I", folder_.string(), "-I", work_.path().string(), "-c", source.string(), "-o", object.string()});
  run(command, source.stem().string() + ".txt");
}

void Firmware::link(const std::vector<fs::path>& objects) const {
  std::vector<std::string> command = compiler();
  append(command, {"-nostdlib", "-nostartfiles", "-T", (work_ / "board.ld").string()});
  const auto define = [&](const char* name, int64_t value) {
    command.push_back(text("-Wl,--defsym=", name, "=", value));
  };
  define("CODE_ORIGIN", board_.code.origin);
  define("CODE_BYTES", board_.code.bytes);
  define("RAM_ORIGIN", board_.ram.origin);
  define("RAM_BYTES", board_.ram.bytes);
  define("STACK_BYTES", kStackBytes);
  for (const fs::path& object : objects) command.push_back(object.string());
  append(command, {"-lgcc", "-o", file().string()});
  run(command, "linker.txt");
}

std::string Firmware::run(const std::vector<std::string>& command, const std::string& log) const {
  return run_tool(command, work_ / log, text(folder_.string(), " on board ", board_.name),
                  "install " + board_.toolchain->package);
}

}  // namespace mininas
