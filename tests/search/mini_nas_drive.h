// A complete Mini-NAS search with invented scores: its candidates, decisions and reasons.
#pragma once
#include "search/methods/mini_nas.h"
#include "tests/search/table_session.h"

namespace mininas::test {

// Small enough to write down all candidates.
inline MiniNasOptions small_options() {
  MiniNasOptions o;
  o.min_depth = 3;
  o.max_depth = 5;
  o.min_width = 8;
  o.max_width = 16;
  o.kernels = {5};
  o.epochs = 2;
  o.noise = 0;
  return o;
}

// `answers` has outcomes by architecture; all others score 50 %.
inline Course drive(const MiniNasOptions& options, const std::map<std::string, Outcome>& answers,
                    int64_t images = 10000) {
  const auto answer = [&](const Candidate& candidate) {
    const auto known = answers.find(to_text(candidate.architecture));
    return known == answers.end() ? score(50) : known->second;
  };
  TableSession session(answer, {{32, 32, 3}, 10, images});
  const SearchResult found = mini_nas(session, options);
  return course_of(session, found);
}

}  // namespace mininas::test
