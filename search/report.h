// The report of a run: RUN/report.html, one file that opens offline and needs no script. It is made of the files in the run's folder alone
// (search/run_folder.h), so it needs neither the images nor a finished run: what is not there yet is left out.
#pragma once
#include <string>

#include "search/run_folder.h"

namespace mininas {

// The page for a run of `mininas search`, `mininas train` or `mininas suite`. Throws FormatError where a file of the run is damaged.
std::string make_report(const RunFolder& folder);

}  // namespace mininas
