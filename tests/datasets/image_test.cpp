// Decoding and resizing of single images.
#include <algorithm>
#include "core/io/sha256.h"
#include "datasets/resize.h"
#include "datasets/stb_decoder.h"
#include "tests/datasets/files.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

ColourImage decode(const Bytes& bytes) { return decode_image(std::as_bytes(std::span(bytes)), "test.img"); }

// Each value three times.
ColourImage grey_image(int height, int width, const Bytes& values) {
  ColourImage image{height, width, {}};
  for (const uint8_t value : values) image.pixels.insert(image.pixels.end(), 3, value);
  return image;
}

Bytes resized(const ColourImage& image, int height, int width) {
  const ColourImage result = resize_image(image, height, width);
  CHECK(result.height == height);
  CHECK(result.width == width);
  Bytes values;
  for (size_t i = 0; i < result.pixels.size(); i += 3) {
    CHECK(result.pixels[i] == result.pixels[i + 1]);
    CHECK(result.pixels[i] == result.pixels[i + 2]);
    values.push_back(result.pixels[i]);
  }
  return values;
}

}  // namespace

TEST_CASE("a colour PNG decodes to its samples", "[datasets][decoder]") {
  const Bytes samples = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
  const ColourImage image = decode(make_png(2, 3, 2, samples));
  CHECK(image.height == 2);
  CHECK(image.width == 3);
  CHECK(image.pixels == samples);
}

TEST_CASE("grey becomes colour and transparency is dropped", "[datasets][decoder]") {
  CHECK(decode(make_png(1, 2, 0, {7, 9})).pixels == Bytes{7, 7, 7, 9, 9, 9});
  CHECK(decode(make_png(1, 2, 4, {7, 0, 9, 255})).pixels == Bytes{7, 7, 7, 9, 9, 9});
  CHECK(decode(make_png(1, 1, 6, {1, 2, 3, 0})).pixels == Bytes{1, 2, 3});
}

TEST_CASE("a grey JPEG decodes to colour", "[datasets][decoder]") {
  const ColourImage image = decode(make_jpeg(200));
  CHECK(image.height == 8);
  CHECK(image.width == 8);
  CHECK(image.pixels == Bytes(8 * 8 * 3, 128 + 200 / 8));
}

TEST_CASE("what is no image is refused with name and reason", "[datasets][decoder]") {
  check_refused<FormatError>([] { decode({'h', 'e', 'l', 'l', 'o'}); }, {"test.img", "does not decode as PNG or JPEG"});
  check_refused<FormatError>([] { decode({}); }, {"test.img", "does not decode"});
}

TEST_CASE("formats other than PNG and JPEG are not compiled in", "[datasets][decoder]") {
  const std::string gif = std::string("GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377,\0\0\0\0\1\0\1\0\0\2\2D\1\0;", 35),
                    pnm = "P6 1 1 255\nabc";
  for (const std::string& source : {gif, pnm})
    check_refused<FormatError>([&] { decode(Bytes(source.begin(), source.end())); },
                               {"does not decode as PNG or JPEG"});
}

TEST_CASE("a truncated PNG or JPEG is refused wherever it is cut", "[datasets][decoder]") {
  for (const Bytes& whole : {solid_png(4, 4, 1, 2, 3), make_jpeg(200)})
    for (size_t size = 0; size + 12 < whole.size() || (whole[0] == 0xFF && size < whole.size()); ++size) {
      INFO("cut to " << size << " of " << whole.size());
      CHECK_THROWS_AS(decode(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), FormatError);
    }
}

TEST_CASE("a JPEG that ends early, in the main image or behind a preview, is refused with the reason",
          "[datasets][decoder]") {
  Bytes jpeg = make_jpeg(200);
  const Bytes preview = {0xFF, 0xE1, 0, 6, 0xFF, 0xD9, 1, 2};  // an application segment that contains an end marker
  jpeg.insert(jpeg.begin() + 2, preview.begin(), preview.end());
  CHECK(decode(jpeg).pixels.size() == 8 * 8 * 3);
  jpeg.pop_back();
  jpeg.pop_back();
  check_refused<FormatError>([&] { decode(jpeg); }, {"test.img", "ends before the image does"});
}

TEST_CASE("JPEG tables and samplings that the decoder does not bear are refused", "[datasets][decoder]") {
  Bytes jpeg = make_jpeg(200);
  const auto find = [&](uint8_t marker) {
    const Bytes wanted = {0xFF, marker};
    return static_cast<size_t>(std::search(jpeg.begin(), jpeg.end(), wanted.begin(), wanted.end()) - jpeg.begin());
  };
  const size_t tables = find(0xC4), frame = find(0xC0);
  jpeg[tables + 6] = jpeg[tables + 7] = 200;  // codes of two and three bits
  check_refused<FormatError>([&] { decode(jpeg); }, {"test.img", "more than 256 symbols"});

  jpeg = make_jpeg(200);
  jpeg[frame + 9] = 3;  // channels, whose sampling factors are then read from the following bytes
  const Bytes channels = {1, 0x31, 0, 2, 0x21, 0, 3, 0x11, 0};
  jpeg.erase(jpeg.begin() + static_cast<std::ptrdiff_t>(frame + 10),
             jpeg.begin() + static_cast<std::ptrdiff_t>(frame + 13));
  jpeg.insert(jpeg.begin() + static_cast<std::ptrdiff_t>(frame + 10), channels.begin(), channels.end());
  jpeg[frame + 3] = 17;
  check_refused<FormatError>([&] { decode(jpeg); }, {"test.img", "samplings"});
}

TEST_CASE("an image beyond 4096 pixels a side is refused before it is decoded", "[datasets][decoder]") {
  Bytes png = solid_png(1, 1, 0, 0, 0);
  png[16 + 2] = 0x10;  // width 4097
  png[16 + 3] = 0x01;
  check_refused<FormatError>([&] { decode(png); }, {"test.img", "Very large image"});
}

TEST_CASE("a file beyond 32 MiB is refused", "[datasets][decoder]") {
  check_refused<FormatError>([] { decode(Bytes(kMaxImageFileBytes + 1)); },
                             {"test.img", "33554433 bytes", "at most 33554432"});
}

TEST_CASE("damaged images are decoded or refused, never worse, and always alike", "[datasets][decoder][damage]") {
  Rng rng(3);
  for (const Bytes& whole : {solid_png(9, 7, 1, 2, 3), make_png(3, 3, 0, Bytes(9, 50)), make_jpeg(200)})
    for (int round = 0; round < 500; ++round) {
      const Bytes bytes = damaged(whole, rng);
      check_survives([&] {
        const ColourImage image = decode(bytes);
        CHECK(image.pixels.size() == static_cast<size_t>(image.height) * static_cast<size_t>(image.width) * 3);
        CHECK(image.pixels == decode(bytes).pixels);
      });
    }
}

TEST_CASE("damaged real photographs are decoded or refused, never worse, and always alike",
          "[datasets][decoder][damage][real]") {
  const auto folder = real_data("tiny-imagenet-pairs/volleyball-basketball/test/volleyball");
  if (!folder) return;
  Rng rng(5);
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    const auto whole = read_file(entry.path());
    const auto* first = reinterpret_cast<const uint8_t*>(whole.data());
    for (int round = 0; round < 10; ++round) {
      const Bytes bytes = damaged(Bytes(first, first + whole.size()), rng);
      check_survives([&] {
        const ColourImage image = decode(bytes);
        CHECK(image.pixels == decode(bytes).pixels);
      });
    }
  }
}

TEST_CASE("an image of the right size stays as it is", "[datasets][resize]") {
  CHECK(resized(grey_image(2, 2, {1, 2, 3, 4}), 2, 2) == Bytes{1, 2, 3, 4});
}

TEST_CASE("shrinking takes the mean of the area, rounded to nearest, halves up", "[datasets][resize]") {
  CHECK(resized(grey_image(2, 4, {0, 2, 10, 20, 4, 6, 30, 41}), 1, 2) == Bytes{3, 25});  // 101 / 4 = 25.25
  CHECK(resized(grey_image(1, 2, {0, 1}), 1, 1) == Bytes{1});
  CHECK(resized(grey_image(1, 3, {0, 90, 180}), 1, 2) == Bytes{30, 150});  // (0 + 90 / 2) / 1.5, (90 / 2 + 180) / 1.5
}

TEST_CASE("growing blends the two nearest pixels and repeats the border", "[datasets][resize]") {
  CHECK(resized(grey_image(1, 2, {0, 100}), 1, 4) == Bytes{0, 25, 75, 100});
  CHECK(resized(grey_image(2, 1, {0, 100}), 4, 1) == Bytes{0, 25, 75, 100});
  CHECK(resized(grey_image(1, 1, {7}), 2, 3) == Bytes(6, 7));
}

TEST_CASE("an axis may shrink while the other grows", "[datasets][resize]") {
  CHECK(resized(grey_image(1, 4, {0, 10, 100, 110}), 2, 2) == Bytes{5, 105, 5, 105});
}

TEST_CASE("channels are resized apart", "[datasets][resize]") {
  const ColourImage image{1, 2, {10, 20, 30, 20, 40, 60}};
  CHECK(resize_image(image, 1, 1).pixels == Bytes{15, 30, 45});
}

TEST_CASE("an image of one value keeps it at every size, and extremes do not overflow", "[datasets][resize]") {
  const ColourImage white = grey_image(13, 31, Bytes(13 * 31, 255));
  for (const int side : {1, 3, 7, 64, 100, 257}) {
    const ColourImage result = resize_image(white, side, 258 - side);
    CHECK(result.pixels == Bytes(static_cast<size_t>(side * (258 - side) * 3), 255));
  }
  ColourImage widest{1, 4096, Bytes(4096 * 3, 255)};
  CHECK(resize_image(widest, 1, 4095).pixels == Bytes(4095 * 3, 255));
}

TEST_CASE("resized bytes are the same on every machine", "[datasets][resize]") {
  ColourImage image{11, 17, Bytes(11 * 17 * 3)};
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i * i * 31 + i);
  const auto digest = [&](int height, int width) {
    const ColourImage result = resize_image(image, height, width);
    return sha256_hex(std::as_bytes(std::span(result.pixels))).substr(0, 16);
  };
  CHECK(digest(5, 7) == "45d912be0001471e");
  CHECK(digest(23, 29) == "eba757886d77c95d");
  CHECK(digest(7, 40) == "ff8a247890805055");
}
