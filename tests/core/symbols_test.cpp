// A function that is compiled for one instruction set must not be used with another. The linker keeps one of several
// equal inline functions. If an object of kernels exported std::max<float> or a template of Eigen, the whole program
// could use its AVX-512 copy, and would crash on a machine without AVX-512. Therefore everything that such an object
// exports must be in the namespace of its instruction set (the Makefile renames Eigen's).
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>

#include "core/error.h"
#include "tests/support/catch.h"
#include "tests/support/skip.h"

using mininas::text;

namespace fs = std::filesystem;

namespace {

// The names that an object file exports; nothing if there is no nm.
std::set<std::string> offered_names(const fs::path& object) {
  FILE* pipe = ::popen(("nm --defined-only --extern-only '" + object.string() + "' 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return {};
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  ::pclose(pipe);
  std::set<std::string> names;
  std::istringstream lines(output);
  for (std::string address, kind, name; lines >> address >> kind >> name;)
    // a pointer to the C++ runtime library, the same in every object
    if (!name.starts_with("DW.ref.")) names.insert(name);
  return names;
}

}  // namespace

TEST_CASE("objects of an instruction set offer nothing but names of that set", "[core][kernels][symbols]") {
  const char* build = std::getenv("MININAS_BUILD");  // set by the Makefile; otherwise the folder of this program
  const fs::path folder = (build ? fs::path(build) : fs::read_symlink("/proc/self/exe").parent_path()) / "core/kernels";
  std::set<std::string> sets;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".o") continue;
      const std::string isa = entry.path().stem().extension().string().substr(1);  // "avx2" of product.avx2.o
      const std::string own = text("N7mininas", isa.size(), isa);                  // mininas::avx2:: as a mangled name
      for (const std::string& name : offered_names(entry.path())) {
        sets.insert(isa);
        INFO(entry.path().filename().string() << " offers " << name);
        CHECK(name.find(own) != std::string::npos);
      }
    }
  }
  if (sets.size() < 2)
    mininas::test::skip(text("fewer than two sets of kernel objects in ", folder.string(), ", or no nm"));
}
