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

TEST_CASE("the error of a measured accuracy is half of Wilson's interval: not 0 where all predictions are correct",
          "[search][paired-error]") {
  for (const double images : {1.0, 20.0, 500.0})
    for (const double score : {0.0, 35.0, 50.0, 97.0, 100.0}) {
      // The two rates from which the measured one is one standard error away are the interval's ends.
      const double p = score / 100, middle = (images * p + 0.5) / (images + 1);
      const double half = measured_error(score, images) / 100;
      CHECK(half > 0);
      for (const double end : {middle - half, middle + half})
        CHECK(std::pow(p - end, 2) == Approx(end * (1 - end) / images).margin(1e-12));
    }
  CHECK(measured_error(100, 20) == Approx(100.0 / 42));
  CHECK(measured_error(90, 10000) == Approx(standard_error(90, 10000)).epsilon(1e-3));
}

TEST_CASE("a balanced score is the mean of the classes, and its paired error that of each class's differences",
          "[search][paired-error]") {
  const std::vector<int> labels = {0, 2, 0, 2, 2, 0, 2, 2, 2, 2};  // three of class 0, none of class 1
  const std::vector<bool> a = {true, true, true, false, true, true, true, true, true, true},
                          b = {false, true, true, true, true, false, true, true, false, true};
  CHECK(balanced_score(a, labels) == Approx((100.0 + 600.0 / 7) / 2));
  CHECK(balanced_score(b, labels) == Approx((100.0 / 3 + 600.0 / 7) / 2));
  // Class 0: differences 1, 0, 1; class 2: one each way, of 7.
  const double variance = (2 - 4.0 / 3) / 9 + 2.0 / 49;
  CHECK(paired_balanced_error(pack_correct(a), pack_correct(b), labels) == Approx(100 * std::sqrt(variance) / 2));
  CHECK(balanced_images(labels) == Approx(4 / (1.0 / 3 + 1.0 / 7)));
}

TEST_CASE("with classes of equal size, the balanced score, its images and its error are those of the plain one",
          "[search][paired-error]") {
  Rng rng(8);
  std::vector<bool> a, b;
  std::vector<int> labels;
  for (int i = 0; i < 120; ++i) {
    labels.push_back(i % 3);
    a.push_back(i % 4 > 0);  // of every class alike
    b.push_back(i % 6 > 2 || i % 4 > 1);
  }
  CHECK(balanced_images(labels) == Approx(120));
  CHECK(balanced_score(a, labels) == Approx(75));
  CHECK(paired_balanced_error(pack_correct(a), pack_correct(b), labels) ==
        Approx(paired_standard_error(pack_correct(a), pack_correct(b), 120)).epsilon(0.01));
  for (const size_t count : {0, 1, 5, 8}) {
    const std::vector<bool> some(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(count));
    CHECK(unpack_correct(pack_correct(some), count) == some);
  }
  CHECK_THROWS_WITH(unpack_correct("ff", 9), Catch::Contains("those of 9 images"));
}

TEST_CASE("bits that are not packed are refused", "[search][paired-error]") {
  CHECK_THROWS_WITH(paired_standard_error("fg", "ff", 8), Catch::Contains("'g'"));
  CHECK_THROWS_AS(paired_standard_error("f", "ff", 8), std::logic_error);
}
