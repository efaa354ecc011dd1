#include "core/error.h"
#include "tests/support/catch.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("a tensor is aligned, contiguous in memory order, and has readable zeros after its end", "[core][tensor]") {
  Tensor t = Tensor::full({2, 3, 4, 5}, 1.5f);
  CHECK(reinterpret_cast<uintptr_t>(t.data()) % 64 == 0);
  CHECK(t.size() == 120);
  CHECK(&t.at(1, 2, 3, 4) == t.data() + 119);
  CHECK(&t.at(1, 0, 2, 3) == t.data() + 60 + 10 + 3);
  for (int64_t i = 0; i < Tensor::kSlack; ++i) CHECK(t.data()[120 + i] == 0.0f);
}

TEST_CASE("a clone is equal and separate", "[core][tensor]") {
  const Tensor t = random_tensor({1, 2, 3, 4}, Rng(1));
  Tensor copy = t.clone();
  CHECK(same_bits(t, copy));
  copy.data()[5] += 1.0f;
  CHECK_FALSE(same_bits(t, copy));
  CHECK(Tensor().clone().empty());
  CHECK(Tensor().size() == 0);
}

TEST_CASE("a tensor without elements is an internal error", "[core][tensor]") {
  CHECK_THROWS_AS(Tensor::zeros({1, 0, 1, 1}), std::logic_error);
  CHECK_THROWS_AS(Tensor::zeros({-1, 1, 1, 1}), std::logic_error);
}

TEST_CASE("image shapes are read back as they are written, and other texts are refused", "[core][tensor]") {
  CHECK(parse_image_shape("32x48x3") == ImageShape{32, 48, 3});
  CHECK(to_text(ImageShape{32, 48, 3}) == "32x48x3");
  for (const char* wrong :
       {"", "32", "32x32", "32x32x", "32x32x3x1", "32x32x3 ", "0x32x3", "32x-1x3", "axbxc", "99999999999x1x1"})
    CHECK_THROWS_AS(parse_image_shape(wrong), ConfigError);
}
