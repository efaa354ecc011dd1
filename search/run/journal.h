// Journal: RUN/journal.jsonl, the search's memory: one JSON line for each event, in the order in which they happened.
//   {"index": 3, "stage": "depth", "architecture": ...}   a candidate and its outcome, as soon as that is known
//   {"decision": 3, "kept": true, "reason": "..."}        what the method made of candidate 3
//   {"time_is_up": true}                                  the method was told so, and finishes
//   {"end": "finished"}                                   the search is over
// The last key of every line, "check", is made of the line and of the check of the line before it, so that a line that
// was changed, removed or moved is found when the journal is read.
// Every line is synced when it is appended. A last line without its newline is torn: a crash cut it short, or another
// process is writing it at this moment. Readers ignore it; it is cut off when the next line is appended, which only the
// process does that holds the run's lock. A search resumes by calling its method again with these outcomes
// (journalled_session.h); no other state is kept.
#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "search/cost/cost.h"
#include "search/methods/candidate.h"
#include "search/record/record.h"

namespace mininas {

struct JournalEntry {
  Trial trial;
  Cost cost;
  std::optional<Decision> decision;  // nullopt: none was made, or not yet
  bool kept() const { return decision && decision->kept; }
};

// One line but for the end.
struct JournalEvent {
  enum class Kind { kCandidate, kDecision, kTimeIsUp };
  Kind kind = Kind::kCandidate;
  size_t entry = 0;  // of the candidate; not used for kTimeIsUp
};

// `event` as a line without its newline. `check`: that of the line before, "" for the first; afterwards this line's.
std::string journal_line(Record event, std::string& check);

class Journal {
 public:
  // Reads what is there (a missing file is an empty journal) and changes nothing. Throws FormatError that names the
  // file and the line. `label` (where not empty) is written into every candidate's line.
  explicit Journal(std::filesystem::path path, std::string label = "");

  // The candidates with their decisions, in the order asked.
  const std::vector<JournalEntry>& entries() const { return entries_; }
  // The lines, in order: event i is line i + 1.
  const std::vector<JournalEvent>& events() const { return events_; }
  // Why the search ended; nullopt while it has not.
  const std::optional<std::string>& end() const { return end_; }
  // Seconds of training in all entries.
  double seconds() const;
  // Images that passed through training in all entries.
  int64_t image_epochs() const;
  // Candidates that were trained (neither over the budget nor answered before).
  int trained() const;
  // The outcome of an equal candidate (`question` in search/methods/candidate.h) that was evaluated before. A run has
  // one recipe.
  std::optional<Outcome> find(const Candidate& candidate) const;

  // Requires: no end yet; the entry's index is their number and it has no decision.
  void append(const JournalEntry& entry);
  // Requires: the candidate has no decision yet.
  void append_decision(size_t entry, const Decision& decision);
  void append_time_is_up();
  void append_end(const std::string& reason);

  // "RUN/journal.jsonl, line 3"
  std::string position(size_t event) const;

 private:
  void read_line(const std::string& line);
  void read_event(const Record& record, const std::string& where);
  void read_decision(const Record& record, const std::string& where);
  void write(const Record& record);

  std::filesystem::path path_;
  std::string label_;
  std::string check_;       // of the last line
  size_t whole_bytes_ = 0;  // of the file as it was read, up to the last newline
  bool torn_ = false;       // whether anything stands behind that newline
  std::vector<JournalEntry> entries_;
  std::vector<JournalEvent> events_;
  std::optional<std::string> end_;
};

}  // namespace mininas
