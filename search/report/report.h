// The report of a run: RUN/report.html, one file that opens offline and needs no script. It is made from the files in
// the run's folder alone (search/job/run_folder.h), so it needs neither the images nor a finished run: what does not
// exist yet is omitted.
#pragma once
#include <filesystem>

#include "search/job/run_folder.h"

namespace mininas {

// Writes the page for a run of `mininas search`, `mininas train` or `mininas suite` to `target` and returns its size in
// bytes. The page of a suite links to the pages of its runs, which are written into their own folders. Throws
// FormatError if a file of a run is damaged, IoError if `target` cannot be written.
int64_t write_report(const RunFolder& folder, const std::filesystem::path& target);

}  // namespace mininas
