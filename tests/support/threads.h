// Sets the number of threads for one scope, then restores the old one.
#pragma once
#include "core/parallel.h"

namespace mininas::test {

class Threads {
 public:
  explicit Threads(int count) : old_(thread_count()) { set_thread_count(count); }
  ~Threads() { set_thread_count(old_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int old_;
};

}  // namespace mininas::test
