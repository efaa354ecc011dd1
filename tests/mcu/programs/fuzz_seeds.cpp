// `mcu_fuzz_seeds FOLDER`: writes models with random weights, as the first inputs of `make mcu-fuzz`.
#include <cstdio>
#include <filesystem>
#include <span>

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/object/model_image.h"
#include "tests/support/random_model.h"

using namespace mininas;

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: mcu_fuzz_seeds FOLDER\n"), 2;
  try {
    make_writable_folder(argv[1]);
    for (uint64_t seed = 0; seed < 40; ++seed) {
      const ModelImage image = make_model_image(
          test::random_model(test::random_network(Rng(seed), {8, 3, 3, 3}), Rng(seed)), RamPlan::kStrips);
      write_file(std::filesystem::path(argv[1]) / text("model-", seed), std::as_bytes(std::span(image.bytes)));
    }
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "mcu_fuzz_seeds: %s\n", error.what());
    return 1;
  }
}
