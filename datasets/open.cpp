#include "datasets/open.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "core/error.h"
#include "datasets/cifar.h"
#include "datasets/idx.h"
#include "datasets/image_folder.h"
#include "datasets/image_table.h"
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

// A folder or file and the optional text after the last colon.
struct FolderText {
  std::filesystem::path folder;
  std::optional<std::string> detail;
};

// Splits at the last colon, unless the whole text names what exists; then the colon is part of its name.
FolderText parse_folder_text(const std::string& source) {
  const size_t colon = source.rfind(':');
  std::error_code ignored;
  if (colon == std::string::npos || std::filesystem::exists(source, ignored)) return {source, std::nullopt};
  return {source.substr(0, colon), source.substr(colon + 1)};
}

// The path as it can be found from any working folder.
std::string whole_path(const std::filesystem::path& path) {
  std::error_code failure;
  const std::filesystem::path whole = std::filesystem::absolute(path, failure).lexically_normal();
  if (failure) return path.string();
  return (whole.has_filename() ? whole : whole.parent_path()).string();
}

// A loader, and the text that names the same from any working folder.
struct ParsedText {
  std::function<Dataset(const LoadRequest& request)> load;
  std::function<std::string(const Dataset& dataset)> text;
};

std::function<std::string(const Dataset&)> folder_text(const std::string& kind, const FolderText& parsed) {
  return [kind, parsed](const Dataset&) {
    return text(kind, ':', whole_path(parsed.folder), parsed.detail ? ":" + *parsed.detail : "");
  };
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

ParsedText synthetic_source(const std::string& source) {
  SyntheticOptions options;
  if (!source.empty())
    for (const std::string& assignment : split_at(source, ',')) set_synthetic_option(options, assignment);
  return {[options](const LoadRequest&) { return make_synthetic(options); },
          [source](const Dataset&) { return source.empty() ? "synthetic" : "synthetic:" + source; }};
}

ParsedText cifar10_source(const std::string& source) {
  const FolderText parsed = parse_folder_text(source);
  std::vector<std::string> classes;
  if (parsed.detail) classes = split_at(*parsed.detail, ',');
  for (const std::string& name : classes)
    if (name.empty())
      throw ConfigError(text("cifar10: '", *parsed.detail, "', expected class names separated by single commas"));
  return {[parsed, classes](const LoadRequest&) { return load_cifar10(parsed.folder, classes); },
          folder_text("cifar10", parsed)};
}

ParsedText idx_source(const std::string& source) {
  const FolderText parsed = parse_folder_text(source);
  return {[parsed](const LoadRequest&) { return load_idx(parsed.folder, parsed.detail.value_or("")); },
          folder_text("idx", parsed)};
}

ParsedText tiny_imagenet_source(const std::string& source) {
  const FolderText parsed = parse_folder_text(source);
  if (!parsed.detail)
    throw ConfigError("tiny-imagenet: expected classes after the folder, as in tiny-imagenet:DIR:n02124075,n02123394");
  std::vector<TinyImagenetClass> classes;
  for (const std::string& piece : split_at(*parsed.detail, ',')) classes.push_back(parse_tiny_imagenet_class(piece));
  return {[parsed, classes](const LoadRequest& request) { return load_tiny_imagenet(parsed.folder, classes, request); },
          folder_text("tiny-imagenet", parsed)};
}

void parse_image_size(const std::string& source, FormChoice& form) {
  const std::vector<std::string> sides = split_at(source, 'x');
  std::vector<std::optional<int>> numbers;
  for (const std::string& side : sides) numbers.push_back(parse_number<int>(side));
  const bool complete = std::all_of(numbers.begin(), numbers.end(), [](const auto& n) { return n.has_value(); });
  if (!complete || numbers.size() < 2 || numbers.size() > 3)
    throw ConfigError(text("folder: size '", source, "', expected WxH as in 64x64, or WxHxC as in 64x64x1"));
  for (const int side : {*numbers[0], *numbers[1]})
    if (side < 1 || side > kMaxInputSide)
      throw ConfigError(text("folder: size ", source, ", expected 1 to ", kMaxInputSide, " pixels a side"));
  form.size = ImageSize{*numbers[1], *numbers[0]};
  if (numbers.size() == 2) return;
  form.channels = *numbers[2];
  if (*form.channels != 1 && *form.channels != 3)
    throw ConfigError(text("folder: size ", source, ", expected 1 channel (grey) or 3 (colour)"));
}

std::optional<Fit> fit_called(const std::string& name) {
  const auto found = std::find(fit_names().begin(), fit_names().end(), name);
  if (found == fit_names().end()) return std::nullopt;
  return static_cast<Fit>(found - fit_names().begin());
}

// PATH[:WxH[xC]][:FIT]
struct ImagesText {
  std::filesystem::path path;
  FormChoice form;
};

ImagesText parse_images_text(const std::string& source) {
  ImagesText images;
  FolderText parsed = parse_folder_text(source);
  if (parsed.detail && fit_called(*parsed.detail)) {
    images.form.fit = fit_called(*parsed.detail);
    parsed = parse_folder_text(parsed.folder.string());
  }
  if (parsed.detail) parse_image_size(*parsed.detail, images.form);
  images.path = parsed.folder;
  return images;
}

// With everything that was settled when the images were loaded.
std::string settled_text(const std::string& kind, const ImagesText& images, const ImageShape& shape) {
  return text(kind, ':', whole_path(images.path), ':', shape.width, 'x', shape.height, 'x', shape.channels, ':',
              fit_names()[static_cast<size_t>(images.form.fit.value_or(Fit::kStretch))]);
}

using ImageLoader = Dataset (*)(const std::filesystem::path&, const FormChoice&, const LoadRequest&);

ParsedText images_source(const std::string& kind, const std::string& source, ImageLoader load) {
  const ImagesText images = parse_images_text(source);
  return {[images, load](const LoadRequest& request) { return load(images.path, images.form, request); },
          [kind, images](const Dataset& dataset) { return settled_text(kind, images, dataset.test.shape); }};
}

// The kind of data set and what follows it.
struct KindText {
  std::string kind, rest;

  explicit KindText(const std::string& spec) : kind(spec.substr(0, spec.find(':'))) {
    if (kind.size() < spec.size()) rest = spec.substr(kind.size() + 1);
  }
  bool names_images() const { return kind == "folder" || kind == "csv"; }
  bool names_folder() const { return names_images() || kind == "cifar10" || kind == "idx" || kind == "tiny-imagenet"; }
};

ParsedText source_of(const std::string& spec) {
  const KindText named(spec);
  const auto& [kind, rest] = named;
  if (!named.names_folder() && kind != "synthetic")
    throw ConfigError(text("'", spec, "': unknown kind '", kind,
                           "', expected synthetic, cifar10:DIR, idx:DIR, tiny-imagenet:DIR:ID,ID, folder:DIR or "
                           "csv:FILE"));
  if (named.names_folder() && (rest.empty() || rest[0] == ':'))
    throw ConfigError(text("'", spec, "': expected ", kind == "csv" ? "a file" : "a folder", ", as in ", kind,
                           kind == "csv" ? ":FILE" : ":DIR"));
  if (kind == "synthetic") return synthetic_source(rest);
  if (kind == "cifar10") return cifar10_source(rest);
  if (kind == "idx") return idx_source(rest);
  if (kind == "tiny-imagenet") return tiny_imagenet_source(rest);
  return images_source(kind, rest, kind == "csv" ? load_image_table : load_image_folder);
}

}  // namespace

DatasetSource parse_dataset(const std::string& spec) {
  const ParsedText source = source_of(spec);
  return [source, spec](const LoadRequest& request) {
    Dataset dataset = source.load(request);
    dataset.name = spec;
    dataset.source = source.text(dataset);
    return dataset;
  };
}

Dataset open_dataset(const std::string& spec, const LoadRequest& request) { return parse_dataset(spec)(request); }
Dataset open_dataset(const std::string& spec, uint64_t seed) { return open_dataset(spec, LoadRequest{.seed = seed}); }

std::string with_fit(const std::string& spec, const std::string& fit) {
  if (!fit_called(fit)) throw ConfigError(text("'", fit, "': expected stretch, crop or pad"));
  const KindText named(spec);
  if (!named.names_images()) throw ConfigError(text("'", spec, "': only images in files can be fitted"));
  if (parse_images_text(named.rest).form.fit) throw ConfigError(text("'", spec, "': names a fit already"));
  return text(spec, ':', fit);
}

std::string with_form_of(const std::string& spec, const std::string& other) {
  const KindText named(spec), model(other);
  if (!named.names_images() || !model.names_images()) return spec;
  ImagesText images = parse_images_text(named.rest);
  const FormChoice& form = parse_images_text(model.rest).form;
  if (!images.form.channels) images.form.channels = form.channels;
  if (!images.form.size) images.form.size = form.size;
  if (!images.form.fit) images.form.fit = form.fit;
  if (!images.form.size) return spec;
  const ImageSize& size = *images.form.size;
  return text(named.kind, ':', images.path.string(), ':', size.width, 'x', size.height,
              images.form.channels ? text('x', *images.form.channels) : "",
              images.form.fit ? ":" + fit_names()[static_cast<size_t>(*images.form.fit)] : "");
}

Fit fit_of(const std::string& spec) {
  const KindText named(spec);
  return named.names_images() ? parse_images_text(named.rest).form.fit.value_or(Fit::kStretch) : Fit::kStretch;
}

std::string dataset_help() {
  return "  folder:DIR[:WxH[xC]]  PNG and JPEG files: DIR/train/CLASS/* and DIR/test/CLASS/* (or val), or DIR/CLASS/* "
         "(20 % become the test images); brought to WxH, by --fit; xC: 1 makes grey images, 3 colour\n"
         "  cifar10:DIR[:A,B,...]  CIFAR-10, binary version (`make cifar10` downloads it); all classes, or those "
         "named\n"
         "  idx:DIR[:SET]  MNIST and similar data sets, unpacked IDX files; SET where the folder holds several\n"
         "  csv:FILE[:WxH[xC]]  a table with the columns file and label (and split); its paths are relative to it\n"
         "  tiny-imagenet:DIR:ID,ID,...  Tiny ImageNet as downloaded; classes by WordNet id, n02124075 or "
         "n02124075=egyptian_cat\n"
         "  synthetic[:NAME=N,...]  generated textures, without a download; unless given, classes 2, size 32, "
         "channels 3, train 1000, test 400 and seed 0\n";
}

}  // namespace mininas
