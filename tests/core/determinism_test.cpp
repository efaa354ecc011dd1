// Equal bits for any number of threads and every instruction set: loss, gradients and statistics of a small network, as
// one digest.
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "core/autograd/ops.h"
#include "core/io/sha256.h"
#include "core/kernels/kernels.h"
#include "tests/support/catch.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;

namespace {

struct Model {
  std::vector<Parameter> parameters;
  ChannelStatistics batch;

  Var next(Tape& tape, const Shape& shape, float low, float high) {
    const auto index = parameters.size();
    parameters.push_back(
        {.name = "p", .value = random_tensor(shape, Rng(41).fork("parameter", index), low, high), .gradient = {}});
    return tape.parameter(parameters.back());
  }
  Var normalized(Tape& tape, Var x) {
    const Shape channels{1, 1, 1, tape.value(x).shape().c};
    const Var gamma = next(tape, channels, 0.5f, 1.5f), beta = next(tape, channels, -0.5f, 0.5f);
    return batch_norm(tape, x, gamma, beta, 1e-5f, true, batch);
  }
};

// A stem, a separable block with a shortcut, a strided 5x5 convolution, pooling and a classifier.
Var build(Tape& tape, Model& m, const std::vector<int>& labels) {
  const auto images = static_cast<int64_t>(labels.size());
  const Var image = tape.constant(random_tensor({images, 33, 31, 3}, Rng(42)));
  const Var stem = m.normalized(tape, conv2d(tape, image, m.next(tape, {20, 3, 3, 3}, -0.3f, 0.3f), 1));
  const Var wide = depthwise(tape, stem, m.next(tape, {1, 7, 7, 20}, -0.1f, 0.1f), 1);
  const Var mixed = m.normalized(tape, conv2d(tape, wide, m.next(tape, {20, 1, 1, 20}, -0.3f, 0.3f), 1));
  const Var joined = relu(tape, add(tape, mixed, stem));
  const Var small = m.normalized(tape, conv2d(tape, joined, m.next(tape, {33, 5, 5, 20}, -0.1f, 0.1f), 2));
  const Var strided = depthwise(tape, small, m.next(tape, {1, 3, 3, 33}, -0.3f, 0.3f), 2);
  const Var logits = conv2d(tape, global_average_pool(tape, strided), m.next(tape, {10, 1, 1, 33}, -0.3f, 0.3f), 1);
  return softmax_cross_entropy(tape, add_bias(tape, logits, m.next(tape, {1, 1, 1, 10}, -0.1f, 0.1f)), labels, 0.1f);
}

std::string digest() {
  Model model;
  model.parameters.reserve(32);  // the tape keeps their addresses
  Tape tape(Tape::Mode::kRecord);
  const Var loss = build(tape, model, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2});
  tape.backward(loss);
  Sha256 hash;
  hash.update(tape.value(loss).values());
  hash.update(std::span<const float>(model.batch.variance.values()));
  for (const Parameter& p : model.parameters) {
    REQUIRE_FALSE(p.gradient.empty());
    hash.update(std::span<const float>(p.gradient.values()));
  }
  return hash.hex_digest();
}

// Runs the hidden test below in its own process, where MININAS_ISA selects the kernels, and returns its output.
std::string output_with_isa(const std::string& isa) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  FILE* pipe = ::popen(("MININAS_ISA=" + isa + " '" + program + "' '[digest-in-a-process]' 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  ::pclose(pipe);
  return output;
}

}  // namespace

TEST_CASE("one, two, three and eight threads compute the same bits", "[core][determinism]") {
  std::string first;
  for (const int threads : {1, 2, 3, 8}) {
    const Threads scope(threads);
    if (first.empty()) first = digest();
    CHECK(digest() == first);
  }
}

TEST_CASE("a whole network computes the same bits on every instruction set", "[core][determinism]") {
  const std::string expected = "digest " + digest();
  const KernelTables tables = available_kernels();
  for (int i = 0; i < tables.count; ++i)
    CHECK_THAT(output_with_isa(tables.table[i]->isa), Catch::Contains(tables.table[i]->isa + (" " + expected)));
}

TEST_CASE("an instruction set that the machine lacks is refused with those it has", "[core][determinism]") {
  CHECK_THAT(output_with_isa("pdp11"), Catch::Contains("MININAS_ISA=pdp11") && Catch::Contains("baseline"));
}

TEST_CASE("prints the digest of a network (run by the tests above)", "[.][digest-in-a-process]") {
  std::cout << kernels().isa << " digest " << digest() << std::endl;
}
