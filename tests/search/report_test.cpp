#include <catch2/catch.hpp>

#include "search/html.h"
#include "search/plot.h"

using namespace mininas;

TEST_CASE("text in a report cannot become markup", "[search][report]") {
  CHECK(escaped("a<b & \"c\">") == "a&lt;b &amp; &quot;c&quot;&gt;");
  CHECK_THAT(html_page("<t>", ""), Catch::Contains("<title>&lt;t&gt;</title>"));
}

TEST_CASE("base64 is that of RFC 4648", "[search][report]") {
  const auto encoded = [](const std::string& s) { return base64({s.begin(), s.end()}); };
  CHECK(encoded("").empty());
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foo") == "Zm9v");
  CHECK(encoded("foobar") == "Zm9vYmFy");
}

TEST_CASE("a bitmap has its rows from below, in words, blue first", "[search][report]") {
  // 1x2: red above, then blue; a row is 3 bytes and one of padding.
  const uint8_t pixels[] = {255, 0, 0, 0, 0, 255};
  std::vector<uint8_t> file = {'B', 'M', 62, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0};
  file.resize(54);
  for (const int byte : {255, 0, 0, 0, 0, 0, 255, 0}) file.push_back(static_cast<uint8_t>(byte));
  CHECK(encode_bitmap(pixels, 2, 1, 3) == base64(file));
}

TEST_CASE("ticks are round numbers that cover the range", "[search][report]") {
  CHECK(ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(ticks(93.2, 96.1, 6) == std::vector<double>{93.5, 94, 94.5, 95, 95.5, 96});
  CHECK(ticks(1, 3, 6, true) == std::vector<double>{1, 2, 3});
  CHECK(tick_text(1250) == "1.25k");
  CHECK(tick_text(3e6) == "3M");
  CHECK(tick_text(0.5) == "0.5");
}

TEST_CASE("a plot has its points, its units and a legend, and is left out without points", "[search][report]") {
  Plot plot{"Title", "bytes", "accuracy, %", {{"kept", "kept", Mark::kDot, {}}}, std::nullopt};
  CHECK(to_html(plot).empty());
  plot.series[0].points = {{1, 90, "w8 <best>"}};
  plot.x_limit = 4;
  const std::string svg = to_html(plot);
  CHECK_THAT(svg,
             Catch::Contains("accuracy, %") && Catch::Contains("bytes") && Catch::Contains("w8 &lt;best&gt;") && Catch::Contains("limit"));
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}
