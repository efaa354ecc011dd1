// Replay: answers a method with the accuracies of a published search in place of training, and checks that it asks for
// the same candidates in the same order, with the same epochs and parameter counts, and ends where the log ends.
#pragma once
#include <functional>
#include <optional>

#include "search/methods/registry.h"
#include "search/run/published_log.h"

namespace mininas {

struct ReplayHooks {
  std::function<void(const LoggedTrial&, const Decision&)> on_decision;
};

struct ReplayResult {
  // The first one, with the line of the log, what it expects and what was asked; nullopt where there is none.
  std::optional<std::string> difference;
  SearchResult result;  // of a method that came to its end
};

// `score_images`: how many images the log's scores were measured on.
ReplayResult replay(const Method& method, const std::vector<LoggedTrial>& log, const LoggedTask& task,
                    int64_t score_images, const ReplayHooks& hooks = {});

}  // namespace mininas
