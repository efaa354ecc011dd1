#include "search/job/run_data.h"

#include <set>

#include "core/error.h"
#include "datasets/open.h"
#include "nn/weights/model_file.h"
#include "search/job/run_images.h"
#include "search/job/settings.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

bool is_of_run(const Dataset& data, const RunIdentity& recorded) {
  return content_digest(data.train) == recorded.train_digest && content_digest(data.test) == recorded.test_digest;
}

// The form that the network reads, for a text of --data that names none.
void take_form_of_network(const RunFolder& folder, LoadRequest& request) {
  if (!fs::exists(folder.network_file())) return;
  const NamedNetwork trained = load_network(folder.network_file());
  request.shape = trained.network.spec().input();
  request.class_names = trained.class_names;
}

Dataset open_at(const std::string& where, const LoadRequest& request) {
  try {
    return open_dataset(where, request);
  } catch (const IoError& error) {
    throw IoError(text(error.what(), "; the run began with images there: name where they are now by --data"));
  }
}

void leave_out_trained(Dataset& data, const RecordedImages& recorded) {
  std::set<std::string> trained;
  for (const ImageFile& file : recorded.train.files) trained.insert(file.sha256);
  std::vector<int64_t> unseen;
  for (size_t i = 0; i < data.test.files.size(); ++i)
    if (!trained.contains(data.test.files[i].sha256)) unseen.push_back(static_cast<int64_t>(i));
  const int64_t seen = data.test.count() - static_cast<int64_t>(unseen.size());
  if (seen == 0) return;
  if (unseen.empty())
    throw ConfigError(text(data.name, ": the run was trained on all of these ", seen,
                           " images, so they tell nothing about new ones"));
  data.notes.push_back(text(data.name, ": ", seen, " of ", data.test.count(),
                            " images are left out, because the run was trained on them"));
  data.test = select_images(data.test, unseen);
}

}  // namespace

Dataset open_own_data(const RunFolder& folder, const RunFile& run, const std::string& data, LoadRequest request) {
  const std::string where = data.empty() ? run.identity.data : with_form_of(data, run.identity.data);
  request.seed = network_settings_of(run).recipe.seed;
  request.purpose = Purpose::kTraining;
  request.recorded = read_run_images(folder);
  if (!request.recorded) take_form_of_network(folder, request);
  Dataset opened = open_at(where, request);
  if (!request.recorded && !opened.test.files.empty() && !is_of_run(opened, run.identity)) {
    request.draw = Draw::kShuffled;
    Dataset older = open_at(where, request);
    if (is_of_run(older, run.identity)) return older;
  }
  check_same_data(folder, run.identity, content_digest(opened.train), content_digest(opened.test));
  return opened;
}

Dataset open_other_data(const RunFolder& folder, const RunFile& run, const std::string& data, LoadRequest request) {
  request.seed = network_settings_of(run).recipe.seed;
  take_form_of_network(folder, request);
  Dataset opened = open_dataset(with_form_of(data, run.identity.data), request);
  const auto recorded = read_run_images(folder);
  if (recorded && !opened.test.files.empty()) leave_out_trained(opened, *recorded);
  return opened;
}

}  // namespace mininas
