// How much memory this process may use, and a check before work that would need more: an error in one line now instead
// of a process that the system ends after hours. Linux only; elsewhere there is no limit.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace mininas {

struct MemoryLimit {
  int64_t bytes = INT64_MAX;
  std::string source;  // "this machine has", "this control group allows", "ulimit -v allows"
};

// The lowest of: memory and swap of the machine; memory.max of the process's control groups and of those above them
// (version 2), memory.limit_in_bytes (version 1); the limit of the address space (ulimit -v). `root` stands for / in
// tests.
MemoryLimit memory_limit(const std::filesystem::path& root = "/");

// Throws ConfigError if `bytes`, an estimate, are more than the limit: "`what` takes about 96.0 GiB of memory, and this
// machine has 23.4 GiB: `remedy`".
void require_memory(int64_t bytes, const std::string& what, const std::string& remedy,
                    const MemoryLimit& limit = memory_limit());

}  // namespace mininas
