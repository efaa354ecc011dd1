// The form in which the author publishes a search, a CSV line a candidate:
//   step,stage,depth,width,ops,kernels,epochs,params,train_acc,valid_acc,epoch1_valid_acc
// `ops` and `kernels` have a digit a layer: 0 separable, 1 standard convolution; 3, 5 or 7. Accuracies are percentages;
// train_acc is the best epoch's, valid_acc the score. Further columns are allowed, the order of the columns is free.
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

// Throws FormatError that names file, line and column.
std::vector<LoggedTrial> read_published_log(const std::filesystem::path& path);
// The text of such a file.
std::string to_published_log(const std::vector<LoggedTrial>& trials);

// Channels of the image and classes, of which parameter counts speak.
struct LoggedTask {
  int channels = 3, classes = 10;
};
// The task under which `trial` has its parameter count; the values given (not 0) stand. Throws ConfigError where there
// is none.
LoggedTask deduce_task(const LoggedTrial& trial, int channels, int classes);

int64_t parameter_count(const Architecture& architecture, const LoggedTask& task);

}  // namespace mininas
