// What earlier loads of a data set found out, so that large photos are decoded once: digests and facts of its files,
// and their pixels in one form. A file counts as known while its inode, size and both times of change are the same,
// which no program can set back; pixels are found by the digest of the file. So a cache can save work, but change no
// result; one that is damaged or cannot be written is none. Two files a data set in the cache's folder: NAME.survey
// and, for each form, NAME-FORM.pixels (core/io/binary_io.h):
//   survey: u64 count; for each file its path, four i64 of its state, its digest, i32 height, width, channels,
//   orientation
//   pixels: u64 count; the digests; the bytes of all images in this order
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/fit.h"
#include "datasets/image_survey.h"

namespace mininas {

class ImageCache {
 public:
  // `folder`: of the cache; empty: nothing is known and nothing kept. `root`: of the data set. Files that changed
  // within the last `unsettled` seconds are not kept: they could change again without their times telling.
  ImageCache(std::filesystem::path folder, const std::filesystem::path& root, double unsettled = 2);

  // Of a file that is as it was when it was surveyed; or null.
  const SurveyedFile* known(const std::filesystem::path& file) const;

  // To be called once, before `pixels`.
  void choose(const ImageForm& form);
  // The bytes of the image with this digest in the form that was chosen; or null.
  const uint8_t* pixels(const std::string& sha256) const;

  // Keeps what was found out in place of what was known, unless it is too large. Never throws.
  void keep(const std::vector<std::filesystem::path>& files, const std::vector<SurveyedFile>& surveyed,
            const std::vector<const ImageSet*>& images) const;

 private:
  struct State {                                              // of a file
    int64_t inode = 0, bytes = 0, modified = 0, changed = 0;  // times in nanoseconds
    bool operator==(const State&) const = default;
  };
  struct Known {
    State state;
    SurveyedFile file;
  };
  static bool read_state(const std::filesystem::path& file, State& state);
  void read_survey();
  void write_survey(const std::vector<std::filesystem::path>& files, const std::vector<SurveyedFile>& surveyed) const;
  void write_pixels(const std::vector<const ImageSet*>& images) const;

  std::filesystem::path folder_, survey_file_, pixel_file_;
  std::string name_;
  double unsettled_;
  std::map<std::string, Known> known_;  // by path
  std::vector<uint8_t> pixels_;
  std::map<std::string, size_t> places_;  // in pixels_, by digest
  size_t image_bytes_ = 0;
};

}  // namespace mininas
