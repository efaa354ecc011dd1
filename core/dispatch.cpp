// Selects the kernels of this machine, once, from what its processor supports.
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "core/kernels/int8.h"
#include "core/kernels/kernels.h"

namespace mininas {
#ifdef __x86_64__
namespace avx512vnni {
extern const Int8Kernels kInt8Table;
}
namespace avx512 {
extern const Kernels kTable;
extern const Int8Kernels kInt8Table;
}  // namespace avx512
namespace avx2 {
extern const Kernels kTable;
extern const Int8Kernels kInt8Table;
}  // namespace avx2
#endif
namespace baseline {
extern const Kernels kTable;
extern const Int8Kernels kInt8Table;
}  // namespace baseline

namespace {

// The widest table, or the one that MININAS_ISA names.
template <class Tables>
auto* choose(const Tables& all) {
  const char* requested = std::getenv("MININAS_ISA");
  if (requested == nullptr || *requested == '\0') return all.table[0];
  std::string known;
  for (int i = 0; i < all.count; ++i) {
    if (std::string(all.table[i]->isa) == requested) return all.table[i];
    known += std::string(known.empty() ? "" : ", ") + all.table[i]->isa;
  }
  throw ConfigError(text("MININAS_ISA=", requested, ": this machine runs ", known));
}

#ifdef __x86_64__
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif

}  // namespace

KernelTables available_kernels() {
  KernelTables all{};
#ifdef __x86_64__
  if (has_avx512()) all.table[all.count++] = &avx512::kTable;
  if (has_avx2()) all.table[all.count++] = &avx2::kTable;
#endif
  all.table[all.count++] = &baseline::kTable;
  return all;
}

Int8KernelTables available_int8_kernels() {
  Int8KernelTables all{};
#ifdef __x86_64__
  if (has_avx512() && __builtin_cpu_supports("avx512vnni")) all.table[all.count++] = &avx512vnni::kInt8Table;
  if (has_avx512()) all.table[all.count++] = &avx512::kInt8Table;
  if (has_avx2()) all.table[all.count++] = &avx2::kInt8Table;
#endif
  all.table[all.count++] = &baseline::kInt8Table;
  return all;
}

const Kernels& kernels() {
  static const Kernels* const chosen = choose(available_kernels());
  return *chosen;
}

const Int8Kernels& int8_kernels() {
  static const Int8Kernels* const chosen = choose(available_int8_kernels());
  return *chosen;
}

}  // namespace mininas
