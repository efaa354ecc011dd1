// What the tests of datasets/ share: files, damage to files, and the real data if it is available.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/io/file.h"
#include "core/rng.h"
#include "tests/datasets/pictures.h"
#include "tests/support/catch.h"

namespace mininas::test {

// Creates folders as needed. Does not sync, because tests write many files.
void put_file(const std::filesystem::path& path, const Bytes& bytes);

// The message of the error that `action` throws. The test fails if it throws no error of type E.
template <class E>
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  FAIL("no error of the expected type");
  return "";
}

// Checks that the error of `action` contains all `parts`.
template <class E>
void check_refused(const std::function<void()>& action, const std::vector<std::string>& parts) {
  const std::string message = message_of<E>(action);
  CHECK(message.find('\n') == std::string::npos);
  for (const std::string& part : parts) CHECK_THAT(message, Catch::Contains(part));
}

// Cut at a random position, or with up to three flipped bits.
Bytes damaged(const Bytes& whole, Rng& rng);

// Runs `load`, which may succeed or throw an Error. Any other exception fails the test.
void check_survives(const std::function<void()>& load);

// The folder `name` of the real data. If MININAS_DATA is not set, it returns nothing and the test counts as skipped.
std::optional<std::filesystem::path> real_data(const std::string& name);

}  // namespace mininas::test
