// Picks the kernels of this machine, once, from what its processor says of itself.
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "core/kernels/kernels.h"

namespace mininas {
#ifdef __x86_64__
namespace avx512 {
extern const Kernels kTable;
}
namespace avx2 {
extern const Kernels kTable;
}
#endif
namespace baseline {
extern const Kernels kTable;
}

namespace {

const Kernels& choose() {
  const KernelTables all = available_kernels();
  const char* wish = std::getenv("MININAS_ISA");
  if (wish == nullptr || *wish == '\0') return *all.table[0];
  std::string known;
  for (int i = 0; i < all.count; ++i) {
    if (std::string(all.table[i]->isa) == wish) return *all.table[i];
    known += std::string(known.empty() ? "" : ", ") + all.table[i]->isa;
  }
  throw ConfigError(text("MININAS_ISA=", wish, ": this machine runs ", known));
}

}  // namespace

KernelTables available_kernels() {
  KernelTables all{};
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    all.table[all.count++] = &avx512::kTable;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) all.table[all.count++] = &avx2::kTable;
#endif
  all.table[all.count++] = &baseline::kTable;
  return all;
}

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace mininas
