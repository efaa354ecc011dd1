// RUN/images.json: which files a run began with, by content, where its images are files. The folder that they came from
// may grow afterwards, or be moved, or its files renamed: the run still finds its own images, with those that it was
// trained on among the training images.
#pragma once
#include <optional>

#include "datasets/load_request.h"
#include "search/job/run_folder.h"

namespace mininas {

// Writes nothing where the images are no files.
void write_run_images(const RunFolder& folder, const Dataset& data);

// Nothing where there is no such file: the images are no files, or an older version of the program began the run.
// Throws FormatError where it is damaged.
std::optional<RecordedImages> read_run_images(const RunFolder& folder);

}  // namespace mininas
