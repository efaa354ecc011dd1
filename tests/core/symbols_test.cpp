// Kernels of different instruction sets share no function: if two objects defined the same inline function, the linker would keep one of
// them, and a machine without AVX-512 could end up in the AVX-512 copy. (Templates of Eigen are the danger; the Makefile renames its
// namespace.)
#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

namespace fs = std::filesystem;

namespace {

// Names that an object file offers to the linker; nothing when there is no nm.
std::set<std::string> offered_names(const fs::path& object) {
  FILE* pipe = ::popen(("nm --defined-only --extern-only '" + object.string() + "' 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return {};
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  ::pclose(pipe);
  std::set<std::string> names;
  std::istringstream lines(output);
  for (std::string address, kind, name; lines >> address >> kind >> name;)
    if (!name.starts_with("DW.ref.")) names.insert(name);  // a pointer to the C++ run time, the same in every object
  return names;
}

}  // namespace

TEST_CASE("objects of different instruction sets offer no name in common", "[core][kernels][symbols]") {
  const char* build = std::getenv("MININAS_BUILD");  // set by the Makefile; otherwise: beside this program
  const fs::path folder = (build ? fs::path(build) : fs::read_symlink("/proc/self/exe").parent_path()) / "core/kernels";
  std::map<std::string, std::string> owner;  // name -> instruction set
  std::set<std::string> sets;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".o") continue;
      const std::string isa = entry.path().stem().extension();  // product.avx2.o
      for (const std::string& name : offered_names(entry.path())) {
        sets.insert(isa);
        const auto [known, fresh] = owner.emplace(name, isa);
        if (!fresh && known->second != isa) FAIL_CHECK(name << " is defined for " << known->second << " and for " << isa);
      }
    }
  }
  if (sets.size() < 2) WARN("skipped: fewer than two sets of kernel objects in " << folder.string() << ", or no nm");
}
