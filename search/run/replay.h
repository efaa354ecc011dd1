// Replay: runs a method with the accuracies of a published search instead of training. It checks that the method
// evaluates the same candidates in the same order, with the same epochs and parameter counts, and ends where the log
// ends.
#pragma once
#include <functional>
#include <optional>

#include "search/methods/registry.h"
#include "search/run/published_log.h"

namespace mininas {

// Sets those of `fields`, the options of a greedy method, whose values the log shows: the width, depth and epochs that
// it begins with, the step of its widths, its deepest and narrowest networks and its kernels where they lie outside of
// the ranges so far. Returns what changed: "max-width 128, width-step 8".
std::string take_ranges(const std::vector<LoggedTrial>& log, const OptionFields& fields);

struct ReplayHooks {
  std::function<void(const LoggedTrial&, const Decision&)> on_decision;
};

struct ReplayResult {
  // The first difference: the line of the log, what it says and what the method did; nullopt if there is none.
  std::optional<std::string> difference;
  SearchResult result;  // if there is no difference
};

// `score_images` is the number of images that the log's scores were measured on.
ReplayResult replay(const Method& method, const std::vector<LoggedTrial>& log, const LoggedTask& task,
                    int64_t score_images, const ReplayHooks& hooks = {});

}  // namespace mininas
