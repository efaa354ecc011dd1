#include "search/methods/paired_error.h"

#include <cmath>

#include "core/error.h"
#include "core/rng.h"
#include "tests/support/catch.h"

using namespace mininas;

TEST_CASE("correct classifications are packed four to a digit, the first in the highest bit",
          "[search][paired-error]") {
  CHECK(pack_correct({}) == "");
  CHECK(pack_correct({true, false, false, false}) == "8");
  CHECK(pack_correct({false, true, true, true, true}) == "78");
  CHECK(pack_correct(std::vector<bool>(12, true)) == "fff");
}

TEST_CASE("the paired standard error is the sample deviation of the images' differences", "[search][paired-error]") {
  Rng rng(4);
  for (const int images : {1, 7, 64, 250}) {
    std::vector<bool> a, b;
    for (int i = 0; i < images; ++i) {
      a.push_back(rng.below(10) < 9);
      b.push_back(rng.below(10) < 8);
    }
    double mean = 0, squares = 0;
    for (size_t i = 0; i < a.size(); ++i) mean += static_cast<double>(a[i] - b[i]) / images;
    for (size_t i = 0; i < a.size(); ++i) squares += std::pow(a[i] - b[i] - mean, 2);
    CHECK(paired_standard_error(pack_correct(a), pack_correct(b), images) ==
          Approx(100 * std::sqrt(squares) / images).margin(1e-9));
    CHECK(paired_standard_error(pack_correct(a), pack_correct(a), images) == 0);
  }
}

TEST_CASE("against a network that classifies everything correctly, the paired error is that of the score",
          "[search][paired-error]") {
  const std::vector<bool> all(50, true);
  std::vector<bool> most = all;
  for (const size_t wrong : {3, 17, 40}) most[wrong] = false;
  CHECK(paired_standard_error(pack_correct(all), pack_correct(most), 50) == Approx(standard_error(94, 50)));
}

TEST_CASE("bits that are not packed are refused", "[search][paired-error]") {
  CHECK_THROWS_WITH(paired_standard_error("fg", "ff", 8), Catch::Contains("'g'"));
  CHECK_THROWS_AS(paired_standard_error("f", "ff", 8), std::logic_error);
}
