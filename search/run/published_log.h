// Logs of published searches: CSV files with one line per candidate:
//   step,stage,depth,width,ops,kernels,epochs,params,train_acc,valid_acc,epoch1_valid_acc
// `ops` and `kernels` have one digit per layer: 0 separable or 1 standard convolution; kernel 3, 5 or 7. Accuracies are
// percentages; train_acc is the highest of any epoch, valid_acc is the score. The order of the columns is free, and
// further columns are ignored.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "search/methods/candidate.h"

namespace mininas {

struct LoggedTrial {
  int line = 0;  // in the file, from 1
  Trial trial;
  int64_t parameters = 0;
};

// Throws FormatError with file, line and column.
std::vector<LoggedTrial> read_published_log(const std::filesystem::path& path);
// The contents of such a file.
std::string to_published_log(const std::vector<LoggedTrial>& trials);

// The image channels and classes that the parameter counts are for.
struct LoggedTask {
  int channels = 3, classes = 10;
};
// The channels and classes for which `trial` has its parameter count. Arguments other than 0 are taken as given. Throws
// ConfigError if there are none.
LoggedTask deduce_task(const LoggedTrial& trial, int channels, int classes);

int64_t parameter_count(const Architecture& architecture, const LoggedTask& task);

}  // namespace mininas
