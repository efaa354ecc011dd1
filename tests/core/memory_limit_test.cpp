#include "core/memory_limit.h"

#include <fstream>

#include "core/error.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

constexpr int64_t kMiB = 1 << 20;

void put(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

// A machine with 8 GiB of memory and 1 GiB of swap.
void make_machine(const fs::path& root) {
  put(root / "proc/meminfo", "MemTotal:        8388608 kB\nMemFree:  1 kB\nSwapTotal:       1048576 kB\n");
}

}  // namespace

TEST_CASE("the memory limit is the lowest of the machine's and those of all control groups", "[core][memory]") {
  const TempDir folder;
  const fs::path root = folder.path();
  CHECK(memory_limit(root).bytes == INT64_MAX);  // nothing is known
  make_machine(root);
  CHECK(memory_limit(root).bytes == 9 * 1024 * kMiB);
  CHECK(memory_limit(root).source == "this machine has");

  put(root / "proc/self/cgroup", "0::/outer/inner\n");
  put(root / "sys/fs/cgroup/outer/inner/memory.max", "max\n");
  CHECK(memory_limit(root).bytes == 9 * 1024 * kMiB);
  put(root / "sys/fs/cgroup/outer/memory.max", text(512 * kMiB, "\n"));
  CHECK(memory_limit(root).bytes == 512 * kMiB);
  CHECK(memory_limit(root).source == "this control group allows");

  put(root / "proc/self/cgroup", "5:cpu,memory:/job\n1:name=systemd:/\n");
  CHECK(memory_limit(root).bytes == 9 * 1024 * kMiB);
  put(root / "sys/fs/cgroup/memory/job/memory.limit_in_bytes", text(256 * kMiB, "\n"));
  CHECK(memory_limit(root).bytes == 256 * kMiB);
  put(root / "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");  // none, as version 1 says it
  CHECK(memory_limit(root).bytes == 256 * kMiB);
}

TEST_CASE("work that takes more memory than there is is refused in one line with both figures", "[core][memory]") {
  const MemoryLimit limit{3 * 1024 * kMiB, "this machine has"};
  CHECK_NOTHROW(require_memory(limit.bytes, "a step", "take a smaller batch", limit));
  CHECK_THROWS_WITH(require_memory(limit.bytes * 2, "a step", "take a smaller batch", limit),
                    "a step takes about 6.0 GiB of memory, and this machine has 3.0 GiB: take a smaller batch");
}
