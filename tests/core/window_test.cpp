// Windows beside their definition: every position that a tap reads, counted one by one.
#include "core/conv/window.h"

#include "tests/support/catch.h"
#include "tests/support/window_start.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Windows of every kind, with their number of taps along the axis that is tried.
template <class Try>
void for_windows(const Try& try_window) {
  for (int taps = 1; taps <= 7; ++taps)
    for (int stride = 1; stride <= 4; ++stride)
      for (int dilation = 1; dilation <= 3; ++dilation)
        for (const bool padded : {true, false}) {
          const Window window{.height = taps, .width = 9, .stride = stride, .dilation = dilation, .padded = padded};
          CAPTURE(to_text(window));
          try_window(window, taps);
        }
}

}  // namespace

TEST_CASE("a window has an output wherever it fits into the padded image", "[core][window]") {
  for_windows([](const Window& window, int taps) {
    const WindowAxis rows = window.rows();
    const int padding = -window_start(window, taps, 0);
    for (int extent = 1; extent <= 12; ++extent) {
      int fitting = 0;
      while (window_start(window, taps, fitting) + window.dilation * (taps - 1) < extent + padding) ++fitting;
      REQUIRE(rows.outputs(extent) == fitting);
    }
    REQUIRE(rows.reach() == window.dilation * (taps - 1) + 1);
  });
}

TEST_CASE("the taps that a window has inside the image are those whose positions lie there", "[core][window]") {
  for_windows([](const Window& window, int taps) {
    const WindowAxis rows = window.rows();
    for (int extent = 1; extent <= 9; ++extent)
      for (int output = 0; output < rows.outputs(extent); ++output) {
        REQUIRE(rows.start(output) == window_start(window, taps, output));
        const TapRange inside = rows.inside(output, extent);
        for (int tap = 0; tap < taps; ++tap) {
          const int position = rows.start(output) + tap * window.dilation;
          REQUIRE((tap >= inside.first && tap < inside.last) == (position >= 0 && position < extent));
        }
      }
  });
}

TEST_CASE("the axes of a window are its own, and an odd padded kernel keeps the extent", "[core][window]") {
  const Window wide{.height = 1, .width = 7};
  CHECK(wide.rows().outputs(9) == 9);
  CHECK(wide.columns().start(0) == -3);
  for (const int kernel : {1, 3, 5, 7}) {
    CHECK(square_window(kernel).rows().outputs(9) == 9);
    CHECK(square_window(kernel, 2).rows().outputs(9) == 5);
    CHECK(square_window(kernel, 2).rows().outputs(8) == 4);
    CHECK(square_window(kernel, 2).rows().outputs(1) == 1);
    CHECK(square_window(kernel, 3).rows().outputs(10) == 4);
  }
}

TEST_CASE("a window's text names what is unusual about it", "[core][window]") {
  CHECK(to_text(square_window(3)) == "3x3");
  CHECK(to_text(square_window(3, 2)) == "3x3, stride 2");
  CHECK(to_text(Window{.height = 1, .width = 7}) == "1x7");
  CHECK(to_text(Window{.height = 5, .width = 5, .stride = 2, .dilation = 2, .padded = false}) ==
        "5x5, stride 2, dilation 2, not padded");
}
