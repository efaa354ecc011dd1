#include "datasets/file_kind.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace mininas {
namespace {

using namespace std::string_view_literals;

constexpr const char* kConvert = "convert it to PNG or JPEG";
constexpr const char* kUnpack = "unpack it";

// A file whose bytes from `offset` on are `magic`.
struct Signature {
  size_t offset;
  std::string_view magic;
  const char* name;
  const char* remedy;
};

// Sources: the formats' specifications, and the list of file signatures that the tool `file` uses. The first match
// wins.
constexpr Signature kSignatures[] = {
    {8, "WEBP"sv, "a WebP image", kConvert},
    {4, "ftypavif"sv, "an AVIF image", kConvert},
    {4, "ftypavis"sv, "an AVIF image", kConvert},
    {4, "ftyphei"sv, "a HEIC image", kConvert},
    {4, "ftyphev"sv, "a HEIC image", kConvert},
    {4, "ftypmif1"sv, "a HEIC image", kConvert},
    {4, "ftypmsf1"sv, "a HEIC image", kConvert},
    {4, "ftyp"sv, "a video (MP4 or QuickTime)", "export its frames as PNG or JPEG"},
    {0, "GIF8"sv, "a GIF image", kConvert},
    {0, "BM"sv, "a BMP image", kConvert},
    {0, "II*\0"sv, "a TIFF or raw camera image", kConvert},
    {0, "MM\0*"sv, "a TIFF or raw camera image", kConvert},
    {0, "\0\0\1\0"sv, "an icon file", kConvert},
    {0, "8BPS"sv, "a Photoshop file", kConvert},
    {0, "\xFF\x0A"sv, "a JPEG XL image", kConvert},
    {0, "\0\0\0\x0CJXL "sv, "a JPEG XL image", kConvert},
    {0, "\0\0\0\x0CjP  "sv, "a JPEG 2000 image", kConvert},
    {0, "\xFF\x4F\xFF\x51"sv, "a JPEG 2000 image", kConvert},
    {0, "qoif"sv, "a QOI image", kConvert},
    {8, "AVI "sv, "a video (AVI)", "export its frames as PNG or JPEG"},
    {0, "\x1A\x45\xDF\xA3"sv, "a video (Matroska)", "export its frames as PNG or JPEG"},
    {0, "%PDF"sv, "a PDF document", kConvert},
    {0, "PK\3\4"sv, "a ZIP archive", kUnpack},
    {0, "\x1F\x8B"sv, "a gzip file", kUnpack},
    {0, "BZh"sv, "a bzip2 file", kUnpack},
    {0,
     "\xFD"
     "7zXZ"sv,
     "an xz file", kUnpack},
    {0, "7z\xBC\xAF"sv, "a 7-Zip archive", kUnpack},
    {0, "Rar!"sv, "a RAR archive", kUnpack},
    {257, "ustar"sv, "a tar archive", kUnpack},
    {0, "\x93NUMPY"sv, "a NumPy array", kConvert},
    {0, "version https://git-lfs"sv, "a Git LFS pointer and not the image itself",
     "fetch the images with: git lfs pull"},
    {0, "\0\5\x16\7"sv, "a macOS resource file and no image", "remove it"},
};

std::string_view letters_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The beginning without white space and a byte order mark, in small letters.
std::string beginning_of_text(std::string_view letters) {
  if (letters.starts_with("\xEF\xBB\xBF")) letters.remove_prefix(3);
  const size_t first = letters.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  std::string begin(letters.substr(first, 32));
  for (char& letter : begin)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return begin;
}

bool is_text(std::string_view letters) {
  const auto is_letter = [](char c) { return static_cast<unsigned char>(c) >= ' ' || (c >= '\t' && c <= '\r'); };
  return std::all_of(letters.begin(),
                     letters.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(letters.size(), 512)), is_letter);
}

std::string describe_text(std::string_view letters) {
  const std::string begin = beginning_of_text(letters);
  if (begin.starts_with("<!doctype html") || begin.starts_with("<html"))
    return "is an HTML page; download the image itself";
  if (begin.starts_with("<svg")) return text("is an SVG drawing; ", kConvert);
  if (begin.starts_with("<?xml")) return "is an XML file and no image; move it out of the class folder";
  return "is a text file and no image; move it out of the class folder";
}

}  // namespace

FileKind kind_of(std::span<const std::byte> bytes) {
  const std::string_view letters = letters_of(bytes);
  if (letters.starts_with("\x89PNG\r\n\x1A\n"sv)) return FileKind::kPng;
  if (letters.starts_with("\xFF\xD8\xFF"sv)) return FileKind::kJpeg;
  return FileKind::kOther;
}

std::string describe_other_kind(std::span<const std::byte> bytes) {
  const std::string_view letters = letters_of(bytes);
  if (letters.empty()) return "is empty; remove it, or copy the image again";
  for (const Signature& s : kSignatures)
    if (letters.size() >= s.offset && letters.substr(s.offset).starts_with(s.magic))
      return text("is ", s.name, "; ", s.remedy);
  if (letters.find_first_not_of('\0') == std::string_view::npos)
    return text("holds ", letters.size(), " zeros and no image; copy it again");
  if (letters.starts_with("\x89PNG"sv) || letters.starts_with("\x89P"sv))
    return "is a PNG image that was damaged on its way (its first eight bytes tell); copy it again, not as text";
  return is_text(letters) ? describe_text(letters)
                          : "is neither PNG nor JPEG; convert it, or move it out of the class folder";
}

}  // namespace mininas
