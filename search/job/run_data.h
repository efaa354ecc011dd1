// Opens images for a run that exists: its own, which are checked by what the run recorded of them, or others.
#pragma once
#include <string>

#include "datasets/load_request.h"
#include "search/job/run_folder.h"

namespace mininas {

// The images that the run began with. `data`: a text of --data that tells where they are now; empty: where they were.
// Of `request` the seed, and what is recorded, are taken from the run. Images that were added to the folder are left
// out and told in the notes. Throws ConfigError where images were removed or changed, with their names. Runs of
// versions without images.json are opened by the digests of run.json: test images are drawn as those versions did where
// that gives them.
Dataset open_own_data(const RunFolder& folder, const RunFile& run, const std::string& data, LoadRequest request);

// Other images, in the form and with the classes of the run's network. For Purpose::kMeasuring all images of an
// undivided set, and the test part of a divided one. Test images that the run was trained on are left out and told.
// Throws ConfigError where none are left.
Dataset open_other_data(const RunFolder& folder, const RunFile& run, const std::string& data, LoadRequest request);

}  // namespace mininas
