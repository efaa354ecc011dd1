// Journal: RUN/journal.jsonl, the search's memory. One JSON line a candidate, appended and synced as soon as its
// outcome is known, and one line when the search ends. Never rewritten, except that a torn last line (a crash while it
// was written) is dropped on opening.
// A search resumes by asking its strategy again and answering from these lines; no other state is kept.
#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "search/cost/cost.h"
#include "search/methods/strategy.h"
#include "search/record/record.h"

namespace mininas {

// An outcome by itself; `where` stands at the front of errors.
Record to_record(const Outcome& outcome);
Outcome outcome_from(const Record& record, const std::string& where);

struct JournalEntry {
  Trial trial;
  Cost cost;
  Decision decision;
};

class Journal {
 public:
  // Reads what is there (a missing file is an empty journal). Throws FormatError that names the file and the line.
  // `label` (where not empty) is written into every line.
  explicit Journal(std::filesystem::path path, std::string label = "");

  const std::vector<JournalEntry>& entries() const { return entries_; }
  // Why the search ended; nullopt while it has not.
  const std::optional<std::string>& end() const { return end_; }
  // Seconds of training in all entries.
  double seconds() const;
  // Images that passed through training in all entries.
  int64_t image_epochs() const;
  // Candidates that were trained (neither over the budget nor served from the journal).
  int trained() const;
  // The outcome of the same question (search/methods/candidate.h), asked before. A run has one recipe.
  std::optional<Outcome> find(const Candidate& candidate) const;

  void append(const JournalEntry& entry);
  void append_end(const std::string& reason);

  // "RUN/journal.jsonl, line 3"
  std::string place(size_t entry) const;

 private:
  void read_line(const std::string& line);

  std::filesystem::path path_;
  std::string label_;
  std::vector<JournalEntry> entries_;
  std::optional<std::string> end_;
};

}  // namespace mininas
