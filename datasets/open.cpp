#include "datasets/open.h"

#include <charconv>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "core/error.h"
#include "datasets/cifar.h"
#include "datasets/idx.h"
#include "datasets/image_folder.h"
#include "datasets/stb_decoder.h"
#include "datasets/synthetic.h"
#include "datasets/tiny_imagenet.h"

namespace mininas {
namespace {

// The parts of a text between separators: one more than there are separators.
std::vector<std::string> split_at(const std::string& source, char separator) {
  std::vector<std::string> pieces(1);
  for (const char letter : source) {
    if (letter == separator)
      pieces.emplace_back();
    else
      pieces.back() += letter;
  }
  return pieces;
}

template <class Number>
std::optional<Number> parse_number(const std::string& source) {
  Number number{};
  const char* end = source.data() + source.size();
  const auto [stop, failure] = std::from_chars(source.data(), end, number);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return number;
}

// A folder and the optional text after the last colon.
struct FolderText {
  std::filesystem::path folder;
  std::optional<std::string> detail;
};

// Splits at the last colon, unless the whole text names an existing folder; then the colon is part of its name.
FolderText parse_folder_text(const std::string& source) {
  const size_t colon = source.rfind(':');
  std::error_code ignored;
  if (colon == std::string::npos || std::filesystem::is_directory(source, ignored)) return {source, std::nullopt};
  return {source.substr(0, colon), source.substr(colon + 1)};
}

struct SyntheticOption {
  const char* name;
  std::function<bool(SyntheticOptions&, const std::string&)> set;  // false if the text is not a number in range
};

template <class Number>
SyntheticOption number_option(const char* name, Number SyntheticOptions::*member) {
  return {name, [member](SyntheticOptions& options, const std::string& value) {
            const std::optional<Number> number = parse_number<Number>(value);
            if (number) options.*member = *number;
            return number.has_value();
          }};
}

std::vector<SyntheticOption> synthetic_options() {
  return {number_option("classes", &SyntheticOptions::classes),   number_option("size", &SyntheticOptions::size),
          number_option("channels", &SyntheticOptions::channels), number_option("train", &SyntheticOptions::train),
          number_option("test", &SyntheticOptions::test),         number_option("seed", &SyntheticOptions::seed)};
}

// Sets the option of one `name=value`.
void set_synthetic_option(SyntheticOptions& options, const std::string& assignment) {
  const size_t equals = assignment.find('=');
  const std::string name = assignment.substr(0, equals);
  std::string known;
  for (const SyntheticOption& option : synthetic_options()) {
    known += (known.empty() ? "" : ", ") + std::string(option.name);
    if (name != option.name) continue;
    if (equals == std::string::npos || !option.set(options, assignment.substr(equals + 1)))
      throw ConfigError(text("synthetic: '", assignment, "', expected ", name, "=NUMBER"));
    return;
  }
  throw ConfigError(text("synthetic: unknown option '", name, "'; the options are ", known));
}

DatasetSource synthetic_source(const std::string& source) {
  SyntheticOptions options;
  if (!source.empty())
    for (const std::string& assignment : split_at(source, ',')) set_synthetic_option(options, assignment);
  return [options](uint64_t) { return make_synthetic(options); };
}

DatasetSource cifar10_source(const std::string& source) {
  const FolderText parsed = parse_folder_text(source);
  std::vector<std::string> classes;
  if (parsed.detail) classes = split_at(*parsed.detail, ',');
  for (const std::string& name : classes)
    if (name.empty())
      throw ConfigError(text("cifar10: '", *parsed.detail, "', expected class names separated by single commas"));
  return [parsed, classes](uint64_t) { return load_cifar10(parsed.folder, classes); };
}

DatasetSource tiny_imagenet_source(const std::string& source) {
  const FolderText parsed = parse_folder_text(source);
  if (!parsed.detail)
    throw ConfigError("tiny-imagenet: expected classes after the folder, as in tiny-imagenet:DIR:n02124075,n02123394");
  std::vector<TinyImagenetClass> classes;
  for (const std::string& piece : split_at(*parsed.detail, ',')) classes.push_back(parse_tiny_imagenet_class(piece));
  return [parsed, classes](uint64_t) { return load_tiny_imagenet(parsed.folder, classes); };
}

ImageSize parse_image_size(const std::string& source) {
  const std::vector<std::string> sides = split_at(source, 'x');
  const auto width = parse_number<int>(sides.front()), height = parse_number<int>(sides.back());
  if (sides.size() != 2 || !width || !height)
    throw ConfigError(text("folder: size '", source, "', expected WxH as in 64x64"));
  for (const int side : {*width, *height})
    if (side < 1 || side > kMaxImageSide)
      throw ConfigError(text("folder: size ", source, ", expected 1 to ", kMaxImageSide, " pixels a side"));
  return {*height, *width};
}

DatasetSource folder_source(const std::string& source) {
  const FolderText parsed = parse_folder_text(source);
  std::optional<ImageSize> size;
  if (parsed.detail) size = parse_image_size(*parsed.detail);
  return [parsed, size](uint64_t seed) { return load_image_folder(parsed.folder, size, seed); };
}

}  // namespace

DatasetSource parse_dataset(const std::string& spec) {
  const size_t colon = spec.find(':');
  const std::string kind = spec.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : spec.substr(colon + 1);
  const bool names_folder = kind == "cifar10" || kind == "idx" || kind == "folder" || kind == "tiny-imagenet";
  if (!names_folder && kind != "synthetic")
    throw ConfigError(text("'", spec, "': unknown kind '", kind,
                           "', expected synthetic, cifar10:DIR, idx:DIR, tiny-imagenet:DIR:ID,ID or "
                           "folder:DIR"));
  if (names_folder && (rest.empty() || rest[0] == ':'))
    throw ConfigError(text("'", spec, "': expected a folder, as in ", kind, ":DIR"));

  const DatasetSource source = kind == "synthetic"       ? synthetic_source(rest)
                               : kind == "cifar10"       ? cifar10_source(rest)
                               : kind == "idx"           ? [rest](uint64_t) { return load_idx(rest); }
                               : kind == "tiny-imagenet" ? tiny_imagenet_source(rest)
                                                         : folder_source(rest);
  return [source, spec](uint64_t seed) {
    Dataset dataset = source(seed);
    dataset.name = spec;
    return dataset;
  };
}

Dataset open_dataset(const std::string& spec, uint64_t seed) { return parse_dataset(spec)(seed); }

std::string dataset_help() {
  return "  folder:DIR[:WxH]  PNG and JPEG files: DIR/train/CLASS/* and DIR/test/CLASS/*, or DIR/CLASS/* (20 % "
         "become the test images); resized to WxH, by default to the size of the first image\n"
         "  cifar10:DIR[:A,B,...]  CIFAR-10, binary version (`make cifar10` downloads it); all classes, or those "
         "named\n"
         "  idx:DIR  MNIST and similar data sets, unpacked IDX files\n"
         "  tiny-imagenet:DIR:ID,ID,...  Tiny ImageNet as downloaded; classes by WordNet id, n02124075 or "
         "n02124075=egyptian_cat\n"
         "  synthetic[:NAME=N,...]  generated textures, without a download; unless given, classes 2, size 32, "
         "channels 3, train 1000, test 400 and seed 0\n";
}

}  // namespace mininas
