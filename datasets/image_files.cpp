#include "datasets/image_files.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

#include "core/error.h"
#include "core/io/file.h"
#include "core/parallel.h"
#include "datasets/file_choice.h"
#include "datasets/image_cache.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kWorthKeeping(2);      // of loading
constexpr int64_t kDecodingBytes = int64_t{1} << 30;  // together; a single file may take more

// Lets files be decoded side by side as long as they fit in the memory for it, and a larger one alone.
class DecodingMemory {
 public:
  // A share of it, taken as soon as there is room.
  class Share {
   public:
    Share(DecodingMemory& memory, int64_t bytes) : memory_(memory), bytes_(bytes) {
      std::unique_lock lock(memory_.mutex_);
      memory_.freed_.wait(lock, [&] { return memory_.taken_ == 0 || memory_.taken_ + bytes_ <= kDecodingBytes; });
      memory_.taken_ += bytes_;
    }
    ~Share() {
      {
        const std::lock_guard lock(memory_.mutex_);
        memory_.taken_ -= bytes_;
      }
      memory_.freed_.notify_all();
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

   private:
    DecodingMemory& memory_;
    int64_t bytes_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  int64_t taken_ = 0;
};

// An error's text without the path that it begins with.
std::string without_path(const Error& error, const fs::path& path) {
  const std::string whole = error.what(), front = path.string() + ": ";
  return whole.starts_with(front) ? whole.substr(front.size()) : whole;
}

// Counts files and tells the request's owner.
class Steps {
 public:
  Steps(const LoadRequest& request, int64_t all) : request_(request), all_(all) {}
  void operator()() {
    if (!request_.progress) return;
    const std::lock_guard lock(mutex_);
    request_.progress(++done_, all_);
  }

 private:
  const LoadRequest& request_;
  int64_t all_, done_ = 0;
  std::mutex mutex_;
};

ListedFiles look_at_all(const FileSet& set, bool test_only, const ImageCache& cache, Steps& step) {
  ListedFiles files;
  for (const ImageListing* part : {&set.train, &set.test}) {
    if (test_only && part == &set.train) continue;
    files.paths.insert(files.paths.end(), part->files.begin(), part->files.end());
    files.labels.insert(files.labels.end(), part->labels.begin(), part->labels.end());
    if (part == &set.train) files.train = files.paths.size();
  }
  files.surveyed.resize(files.paths.size());
  parallel_for(static_cast<int64_t>(files.paths.size()), [&](int64_t i) {
    const fs::path& path = files.paths[static_cast<size_t>(i)];
    const SurveyedFile* known = cache.known(path);
    files.surveyed[static_cast<size_t>(i)] = known != nullptr ? *known : look_at(path);
    step();
  });
  return files;
}

// The reason without what to do, for lists.
std::string in_short(const std::string& why) { return why.substr(0, why.find(';')); }

[[noreturn]] void refuse(const ListedFiles& files, const BadFiles& bad) {
  const auto& [first, why] = *bad.begin();
  if (bad.size() == 1)
    throw FormatError(text(files.paths[first].string(), ": ", why, "; --skip-bad goes on without it"));
  std::vector<std::string> names;
  for (const auto& [i, reason] : bad) names.push_back(text(files.paths[i].string(), " ", in_short(reason)));
  throw FormatError(text(bad.size(), " of ", files.paths.size(), " files cannot be used: ", first_few(names),
                         "; repair or remove them; --skip-bad goes on without them"));
}

void require_images(const ImageSet& train, const ImageSet& test, const FileSet& set, const LoadRequest& request) {
  for (int label = 0; request.purpose == Purpose::kTraining && label < train.classes(); ++label)
    if (std::find(train.labels.begin(), train.labels.end(), label) == train.labels.end())
      throw ConfigError(text(set.root.string(), ": class '", train.class_names[static_cast<size_t>(label)],
                             "' has no training image"));
  if (test.count() == 0) throw ConfigError(text(set.root.string(), ": there is no test image"));
}

// Files that stand on both sides make a score too good.
void note_doubles(const Dataset& dataset, std::vector<std::string>& notes) {
  std::set<std::string> trained;
  for (const ImageFile& file : dataset.train.files) trained.insert(file.sha256);
  std::vector<std::string> doubles;
  for (const ImageFile& file : dataset.test.files)
    if (trained.contains(file.sha256)) doubles.push_back(file.path);
  if (!doubles.empty())
    notes.push_back(text(doubles.size(), " of ", dataset.test.count(), " test images are training images too (",
                         first_few(doubles), "): the test accuracy will be too good; remove them on one side"));
}

// Which files, in which form.
struct Plan {
  FileChoice choice;
  ImageForm form;
};

// Decodes what was planned. Files that do not decode go to `bad`, and their images stay black.
class Decoder {
 public:
  Decoder(const ListedFiles& files, const Plan& plan, const fs::path& root, const ImageCache& cache, Steps& step,
          BadFiles& bad)
      : files_(files), plan_(plan), root_(root), cache_(cache), step_(step), bad_(bad) {}

  ImageSet part(const FileIndices& indices, const std::vector<int>& labels) {
    const ImageForm& form = plan_.form;
    ImageSet images = allocate_images({form.size.height, form.size.width, form.channels}, plan_.choice.class_names,
                                      static_cast<int64_t>(indices.size()));
    images.labels = labels;
    for (const size_t i : indices) images.files.push_back(files_.recorded(i, root_));
    parallel_for(images.count(), [&](int64_t i) {
      image(indices[static_cast<size_t>(i)], images.pixels.data() + i * images.shape.size(),
            static_cast<size_t>(images.shape.size()));
      step_();
    });
    return images;
  }

 private:
  void image(size_t index, uint8_t* out, size_t bytes) {
    if (const uint8_t* known = cache_.pixels(files_.surveyed[index].sha256)) {
      std::copy_n(known, bytes, out);
      return;
    }
    const ImageFacts& facts = files_.surveyed[index].facts;
    const DecodingMemory::Share share(memory_, decoding_bytes(facts.height, facts.width));
    try {
      const std::vector<uint8_t> pixels = bytes_in_form(load_image_file(files_.paths[index]), plan_.form);
      std::copy_n(pixels.data(), bytes, out);
    } catch (const Error& error) {
      const std::lock_guard lock(mutex_);
      bad_[index] = without_path(error, files_.paths[index]);
    }
  }

  const ListedFiles& files_;
  const Plan& plan_;
  const fs::path& root_;
  const ImageCache& cache_;
  Steps& step_;
  BadFiles& bad_;
  DecodingMemory memory_;
  std::mutex mutex_;
};

// Without the images of bad files.
ImageSet without_bad(ImageSet images, const FileIndices& indices, const BadFiles& bad) {
  std::vector<int64_t> good;
  for (size_t i = 0; i < indices.size(); ++i)
    if (!bad.contains(indices[i])) good.push_back(static_cast<int64_t>(i));
  if (good.size() == indices.size()) return images;
  return select_images(images, good);
}

void tell_skipped(const ListedFiles& files, const BadFiles& bad, const FileSet& set, Dataset& dataset) {
  if (bad.empty()) return;
  std::vector<std::string> names;
  for (const auto& [i, why] : bad) {
    dataset.skipped.push_back({files.recorded(i, set.root).path, why});
    names.push_back(text(dataset.skipped.back().path, " ", in_short(why)));
  }
  dataset.notes.push_back(text(bad.size(), " of ", files.paths.size(), " files are left out: ", first_few(names)));
}

Plan make_plan(const ListedFiles& files, const BadFiles& bad, const FileSet& set, const FormChoice& form,
               const LoadRequest& request, std::vector<std::string>& notes) {
  Plan plan{choose_files(files, bad, set, request, notes), {}};
  std::vector<SurveyedFile> used;
  for (const FileIndices* part : {&plan.choice.train, &plan.choice.test})
    for (const size_t i : *part) used.push_back(files.surveyed[i]);
  if (used.empty()) throw ConfigError(text(set.root.string(), ": there is no test image"));
  plan.form = settle_form(used, form, request, set.text, notes);
  return plan;
}

BadFiles bad_at_first_sight(const ListedFiles& files, const LoadRequest& request) {
  BadFiles bad;
  for (size_t i = 0; i < files.paths.size() && !request.recorded; ++i)
    if (!files.surveyed[i].facts.refusal.empty()) bad[i] = files.surveyed[i].facts.refusal;
  if (!bad.empty() && bad.size() == files.paths.size()) refuse(files, bad);
  return bad;
}

}  // namespace

ColourImage load_image_file(const fs::path& path) {
  return decode_image(read_file(path, kMaxImageFileBytes), path.string());
}

std::vector<uint8_t> load_image_bytes(const fs::path& path, const ImageShape& shape, Fit fit) {
  return bytes_in_form(load_image_file(path), {{shape.height, shape.width}, shape.channels, fit});
}

bool has_image_name(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

Dataset load_file_set(const FileSet& set, const FormChoice& form, const LoadRequest& request) {
  const bool test_only = request.purpose == Purpose::kMeasuring && set.divided && !request.recorded;
  Steps step(request, static_cast<int64_t>(2 * ((test_only ? 0 : set.train.files.size()) + set.test.files.size())));
  const auto start = std::chrono::steady_clock::now();
  ImageCache cache(request.cache, set.root);
  const ListedFiles files = look_at_all(set, test_only, cache, step);
  BadFiles bad = bad_at_first_sight(files, request);
  Dataset dataset;
  if (!request.recorded) dataset.notes = set.notes;
  Plan plan;
  try {
    plan = make_plan(files, bad, set, form, request, dataset.notes);
  } catch (const ConfigError&) {
    if (!bad.empty() && !request.skip_bad) refuse(files, bad);  // which may be why
    throw;
  }
  const FileChoice& choice = plan.choice;
  cache.choose(plan.form);
  Decoder decoder(files, plan, set.root, cache, step, bad);
  dataset.train = decoder.part(choice.train, choice.train_labels);
  dataset.test = decoder.part(choice.test, choice.test_labels);
  if (!bad.empty() && !request.skip_bad) refuse(files, bad);
  dataset.train = without_bad(std::move(dataset.train), choice.train, bad);
  dataset.test = without_bad(std::move(dataset.test), choice.test, bad);
  tell_skipped(files, bad, set, dataset);
  require_images(dataset.train, dataset.test, set, request);
  if (!request.recorded) note_doubles(dataset, dataset.notes);
  if (std::chrono::steady_clock::now() - start > kWorthKeeping)
    cache.keep(files.paths, files.surveyed, {&dataset.train, &dataset.test});
  return dataset;
}

}  // namespace mininas
