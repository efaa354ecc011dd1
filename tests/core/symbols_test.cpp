// No function compiled for one instruction set may end up on another's path. The linker keeps one of several equal
// inline functions, so an object of kernels that offered std::max<float> or a template of Eigen could lend its AVX-512
// copy to the whole program, and a machine without AVX-512 would stop there. Hence: all that such an object offers lies
// in the namespace of its set (the Makefile renames Eigen's).
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

TEST_CASE("objects of an instruction set offer nothing but names of that set", "[core][kernels][symbols]") {
  const char* build = std::getenv("MININAS_BUILD");  // set by the Makefile; otherwise: beside this program
  const fs::path folder = (build ? fs::path(build) : fs::read_symlink("/proc/self/exe").parent_path()) / "core/kernels";
  std::set<std::string> sets;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".o") continue;
      const std::string isa = entry.path().stem().extension().string().substr(1);  // "avx2" of product.avx2.o
      const std::string own = text("N7mininas", isa.size(), isa);  // mininas::avx2:: as the compiler writes it
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
