#include "core/memory_limit.h"

#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "core/error.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

void lower(MemoryLimit& limit, int64_t bytes, const char* source) {
  if (bytes > 0 && bytes < limit.bytes) limit = {bytes, source};
}

// Sum of these lines of /proc/meminfo, which are in KiB; 0 where there is no such file.
int64_t machine_bytes(const fs::path& root) {
  std::ifstream file(root / "proc/meminfo");
  int64_t total = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    int64_t kib = 0;
    words >> name >> kib;
    if (name == "MemTotal:" || name == "SwapTotal:") total += kib * 1024;
  }
  return total;
}

// A file that holds a number, or "max"; 0 for the latter and where there is none.
int64_t number_in(const fs::path& path) {
  std::ifstream file(path);
  int64_t number = 0;
  return file >> number ? number : 0;
}

// The limits in the folder of a control group and in all folders above it.
void lower_by_groups(MemoryLimit& limit, const fs::path& mount, const std::string& group, const char* file) {
  for (fs::path folder = fs::path(group).relative_path();; folder = folder.parent_path()) {
    lower(limit, number_in(mount / folder / file), "this control group allows");
    if (folder.empty()) return;
  }
}

// Lines of /proc/self/cgroup are hierarchy:controllers:path; version 2 has no controllers.
void lower_by_control_groups(MemoryLimit& limit, const fs::path& root) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), group = line.substr(second + 1);
    if (controllers.empty()) lower_by_groups(limit, root / "sys/fs/cgroup", group, "memory.max");
    if (("," + controllers + ",").find(",memory,") != std::string::npos)
      lower_by_groups(limit, root / "sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
  }
}

std::string gib(int64_t bytes) {
  char number[32];
  std::snprintf(number, sizeof number, "%.1f GiB", static_cast<double>(bytes) / (1 << 30));
  return number;
}

}  // namespace

MemoryLimit memory_limit(const fs::path& root) {
  MemoryLimit limit;
  lower(limit, machine_bytes(root), "this machine has");
  lower_by_control_groups(limit, root);
  rlimit space{};
  if (::getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
    lower(limit, static_cast<int64_t>(space.rlim_cur), "ulimit -v allows");
  return limit;
}

void require_memory(int64_t bytes, const std::string& what, const std::string& remedy, const MemoryLimit& limit) {
  if (bytes <= limit.bytes) return;
  throw ConfigError(
      text(what, " takes about ", gib(bytes), " of memory, and ", limit.source, " ", gib(limit.bytes), ": ", remedy));
}

}  // namespace mininas
