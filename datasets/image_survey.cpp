#include "datasets/image_survey.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/sha256.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr int kLargestOwnSide = 256;  // images beyond are resized only when a person says to what

// The values in the middle and at the ends of a list.
struct Spread {
  int low = 0, median = 0, high = 0;

  Spread(const std::vector<SurveyedFile>& files, int (ImageFacts::*side)() const) {
    std::vector<int> sides;
    for (const SurveyedFile& file : files) sides.push_back((file.facts.*side)());
    std::sort(sides.begin(), sides.end());
    low = sides.front();
    median = sides[sides.size() / 2];
    high = sides.back();
  }
  std::string range() const { return low == high ? text(low) : text(low, " to ", high); }
};

// A size for a microcontroller with the proportion of most images: at most 64 pixels, in steps of 4.
ImageSize proposed_size(const Spread& heights, const Spread& widths) {
  const double shrink = std::min(1.0, 64.0 / std::max(heights.median, widths.median));
  const auto side = [&](int pixels) { return std::max(8, 4 * static_cast<int>(std::lround(shrink * pixels / 4))); };
  return {side(heights.median), side(widths.median)};
}

std::string bytes_text(double bytes) {
  std::ostringstream out;
  const bool giga = bytes >= 1e9;
  out << std::fixed << std::setprecision(1) << bytes / (giga ? 1e9 : 1e6) << (giga ? " GB" : " MB");
  return out.str();
}

ImageSize size_of_all(const std::vector<SurveyedFile>& files, const std::string& text_of_data) {
  const Spread heights(files, &ImageFacts::upright_height), widths(files, &ImageFacts::upright_width);
  const bool same = heights.low == heights.high && widths.low == widths.high;
  if (same && heights.high <= kLargestOwnSide && widths.high <= kLargestOwnSide) return {heights.high, widths.high};
  const ImageSize proposed = proposed_size(heights, widths);
  const double all = 3.0 * heights.median * widths.median * static_cast<double>(files.size());
  throw ConfigError(
      text(text_of_data, ": the ", files.size(), " images are ", widths.range(), " pixels wide and ", heights.range(),
           " high (", bytes_text(all),
           " of memory as they are); say to which size they are to be brought, WIDTHxHEIGHT, such as --data ",
           text_of_data, ':', proposed.width, 'x', proposed.height));
}

void note_distortion(const std::vector<SurveyedFile>& files, std::vector<std::string>& notes) {
  constexpr double kVisible = 1.2;
  double low = 1e9, high = 0;
  for (const SurveyedFile& file : files) {
    const double proportion = static_cast<double>(file.facts.upright_width()) / file.facts.upright_height();
    low = std::min(low, proportion);
    high = std::max(high, proportion);
  }
  if (high < kVisible * low) return;
  std::ostringstream note;
  note << std::fixed << std::setprecision(2) << "the images are " << low << " to " << high
       << " times as wide as high and are stretched to one size; --fit crop and --fit pad keep their proportions";
  notes.push_back(note.str());
}

}  // namespace

SurveyedFile look_at(const fs::path& path) {
  SurveyedFile file;
  try {
    const std::vector<std::byte> bytes = read_file(path, kMaxImageFileBytes);
    file.facts = read_image_facts(bytes);
    file.sha256 = sha256_hex(bytes);
  } catch (const Error& error) {  // its text begins with the path
    const std::string whole = error.what(), front = path.string() + ": ";
    file.facts.refusal = whole.starts_with(front) ? whole.substr(front.size()) : whole;
  }
  return file;
}

ImageForm settle_form(const std::vector<SurveyedFile>& files, const FormChoice& choice, const LoadRequest& request,
                      const std::string& text_of_data, std::vector<std::string>& notes) {
  const bool grey =
      std::all_of(files.begin(), files.end(), [](const SurveyedFile& f) { return f.facts.channels == 1; });
  ImageForm form{.channels = grey ? 1 : 3};
  if (request.shape) form = {{request.shape->height, request.shape->width}, request.shape->channels};
  if (choice.size) form.size = *choice.size;
  if (choice.channels) form.channels = *choice.channels;
  if (!choice.size && !request.shape) form.size = size_of_all(files, text_of_data);
  if (choice.fit)
    form.fit = *choice.fit;
  else
    note_distortion(files, notes);
  return form;
}

std::string first_few(const std::vector<std::string>& names) {
  constexpr size_t kFew = 5;
  std::string joined;
  for (size_t i = 0; i < std::min(kFew, names.size()); ++i) joined += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kFew ? text(joined, " and ", names.size() - kFew, " more") : joined;
}

}  // namespace mininas
