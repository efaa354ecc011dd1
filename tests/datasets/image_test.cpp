// Decoding and resizing of single images.
#include <algorithm>
#include "core/io/sha256.h"
#include "datasets/fit.h"
#include "datasets/image_facts.h"
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
  check_refused<FormatError>([] { decode({'h', 'e', 'l', 'l', 'o'}); }, {"test.img: is a text file and no image"});
  check_refused<FormatError>([] { decode({}); }, {"test.img: is empty"});
}

TEST_CASE("a wrong kind of file is called by its kind", "[datasets][decoder]") {
  using std::string_literals::operator""s;
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"RIFF\x10\0\0\0WEBPVP8 "s, "is a WebP image; convert it"},
      {"\0\0\0\x18"
       "ftypheic\0\0\0\0mif1heic"s,
       "is a HEIC image"},
      {"\0\0\0\x18"
       "ftypavif\0\0\0\0"s,
       "is an AVIF image"},
      {"\0\0\0\x18"
       "ftypmp42\0\0\0\0"s,
       "is a video"},
      {"GIF89a\1\0\1\0"s, "is a GIF image"},
      {"BM\x36\0\0\0"s, "is a BMP image"},
      {"II*\0\x08\0\0\0"s, "is a TIFF"},
      {"<!DOCTYPE html><html>"s, "is an HTML page"},
      {"  \n<HTML>"s, "is an HTML page"},
      {"\xEF\xBB\xBF<svg xmlns="s, "is an SVG drawing"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a"s, "is a Git LFS pointer and not the image itself"},
      {"PK\3\4\x14\0"s, "is a ZIP archive"},
      {"\x1F\x8B\x08\0"s, "is a gzip file"},
      {"%PDF-1.4"s, "is a PDF document"},
      {"P6 1 1 255\nabc"s, "is a text file"},
      {std::string(20, '\0'), "holds 20 zeros"},
      {"\x89PNG\n\x1A\n"s, "is a PNG image that was damaged on its way"},
      {"\x01\x02\x03"s, "is neither PNG nor JPEG"}};
  for (const auto& [content, expected] : kinds) {
    const Bytes bytes(content.begin(), content.end());
    check_refused<FormatError>([&] { decode(bytes); }, {"test.img: " + expected});
  }
}

TEST_CASE("kinds of JPEG that the decoder does not know are named, not called damaged", "[datasets][decoder]") {
  const std::vector<std::pair<uint8_t, std::string>> frames = {
      {0xC9, "arithmetic-coded"}, {0xCA, "arithmetic-coded"}, {0xC3, "lossless"}, {0xC5, "hierarchical"}};
  for (const auto& [marker, expected] : frames) {
    Bytes jpeg = make_jpeg(200);
    const Bytes baseline = {0xFF, 0xC0};
    *(std::search(jpeg.begin(), jpeg.end(), baseline.begin(), baseline.end()) + 1) = marker;
    check_refused<FormatError>([&] { decode(jpeg); }, {"test.img: is a", expected, "not supported"});
  }
}

TEST_CASE("a PNG with a wrong checksum in any chunk is refused, and what follows its end is ignored",
          "[datasets][decoder]") {
  Bytes png = with_orientation(solid_png(4, 4, 1, 2, 3), 1);
  for (const size_t place : {size_t{20}, size_t{50}, png.size() - 20, png.size() - 1}) {
    Bytes changed = png;
    changed[place] ^= 4;
    INFO(place);
    check_refused<FormatError>([&] { decode(changed); }, {"test.img: is a", "PNG"});
  }
  Bytes changed = png;
  changed[png.size() - 20] ^= 4;
  check_refused<FormatError>([&] { decode(changed); }, {"is a damaged PNG: the checksum of its chunk IDAT is wrong"});
  png.insert(png.end(), {'m', 'o', 'r', 'e'});
  CHECK(decode(png).pixels.size() == 4 * 4 * 3);
}

TEST_CASE("an image stands upright, whichever of the eight ways the camera was held", "[datasets][decoder]") {
  // Six pixels that tell themselves apart: 1 2 3 / 4 5 6.
  const Bytes stored = make_png(2, 3, 0, {1, 2, 3, 4, 5, 6});
  const std::vector<Bytes> upright = {{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1}, {4, 5, 6, 1, 2, 3},
                                      {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3}, {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (uint8_t orientation = 1; orientation <= 8; ++orientation) {
    INFO(int{orientation});
    const ColourImage image = decode(with_orientation(stored, orientation));
    CHECK(image.height == (orientation >= 5 ? 3 : 2));
    CHECK(image.width == (orientation >= 5 ? 2 : 3));
    Bytes values;
    for (size_t i = 0; i < image.pixels.size(); i += 3) values.push_back(image.pixels[i]);
    CHECK(values == upright[orientation - 1u]);
    const Bytes jpeg = with_orientation(make_jpeg(200), orientation);
    CHECK(read_image_facts(std::as_bytes(std::span(jpeg))).orientation == orientation);
  }
  CHECK(decode(with_orientation(stored, 9)).height == 2);  // no orientation: as other readers do
}

TEST_CASE("facts are told without decoding", "[datasets][decoder]") {
  const auto facts = [](const Bytes& bytes) { return read_image_facts(std::as_bytes(std::span(bytes))); };
  const ImageFacts png = facts(with_orientation(make_png(2, 3, 4, Bytes(12, 7)), 6));
  CHECK(png.refusal.empty());
  CHECK(png.channels == 1);
  CHECK(png.upright_height() == 3);
  CHECK(png.upright_width() == 2);
  CHECK(facts(solid_png(1, 1, 1, 2, 3)).channels == 3);
  CHECK(facts(make_jpeg(200)).channels == 1);
  CHECK(facts(make_jpeg(200)).height == 8);
}

TEST_CASE("a truncated PNG or JPEG is refused wherever it is cut", "[datasets][decoder]") {
  for (const Bytes& whole : {solid_png(4, 4, 1, 2, 3), make_jpeg(200)})
    for (size_t size = 0; size < whole.size(); ++size) {
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

TEST_CASE("an image beyond 16384 pixels a side is refused before it is decoded, one of a phone's is not",
          "[datasets][decoder]") {
  Bytes png = solid_png(1, 1, 0, 0, 0);
  png[16 + 2] = 0x40;  // width 16385
  png[16 + 3] = 0x01;
  reseal_png(png);
  check_refused<FormatError>([&] { decode(png); }, {"test.img: is 16385x1 pixels", "at most 16384 a side"});
  CHECK(decode(solid_png(1, 16320, 1, 2, 3)).width == 16320);
}

TEST_CASE("a file beyond 128 MiB is refused", "[datasets][decoder]") {
  check_refused<FormatError>([] { decode(Bytes(kMaxImageFileBytes + 1)); },
                             {"test.img", "134217729 bytes", "at most 134217728"});
}

TEST_CASE("damaged images are decoded or refused, never worse, and always alike", "[datasets][decoder][damage]") {
  Rng rng(3);
  for (const Bytes& whole : {solid_png(9, 7, 1, 2, 3), make_png(3, 3, 0, Bytes(9, 50)), make_jpeg(200)})
    for (int round = 0; round < 500; ++round) {
      Bytes bytes = damaged(whole, rng);
      if (whole[0] != 0xFF && rng.coin()) reseal_png(bytes);  // or nothing but checksums would be tried
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

TEST_CASE("an image of the right size is not changed", "[datasets][resize]") {
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

TEST_CASE("an image of another proportion is stretched, cropped or padded", "[datasets][fit]") {
  const ColourImage wide = grey_image(2, 4, {1, 2, 3, 4, 5, 6, 7, 8});
  const auto fitted = [&](const ColourImage& image, Fit fit) {
    Bytes values = bytes_in_form(image, {{2, 2}, 1, fit});
    CHECK(values.size() == 4);
    return values;
  };
  CHECK(fitted(wide, Fit::kStretch) == Bytes{2, 4, 6, 8});  // (1 + 2) / 2, halves up
  CHECK(fitted(wide, Fit::kCrop) == Bytes{2, 3, 6, 7});
  CHECK(bytes_in_form(wide, {{4, 4}, 1, Fit::kPad}) ==
        Bytes{128, 128, 128, 128, 1, 2, 3, 4, 5, 6, 7, 8, 128, 128, 128, 128});
  const ColourImage high = grey_image(4, 2, {1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(fitted(high, Fit::kCrop) == Bytes{3, 4, 5, 6});
  CHECK(bytes_in_form(high, {{4, 4}, 1, Fit::kPad}) ==
        Bytes{128, 1, 2, 128, 128, 3, 4, 128, 128, 5, 6, 128, 128, 7, 8, 128});
  for (const Fit fit : {Fit::kStretch, Fit::kCrop, Fit::kPad})  // extremes keep at least a pixel
    CHECK(bytes_in_form(grey_image(1, 300, Bytes(300, 9)), {{5, 5}, 3, fit}).size() == 75);
}

TEST_CASE("colour becomes grey by the weights of BT.601, and grey stays as it is", "[datasets][fit]") {
  CHECK(bytes_in_form({1, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255}}, {{1, 3}, 1, Fit::kStretch}) == Bytes{77, 149, 29});
  for (int value = 0; value < 256; ++value) {
    const auto byte = static_cast<uint8_t>(value);
    CHECK(bytes_in_form(grey_image(1, 1, {byte}), {{1, 1}, 1, Fit::kStretch}) == Bytes{byte});
  }
}
