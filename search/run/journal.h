// Journal: RUN/journal.jsonl, the record of a search, with one JSON line for each event in the order in which they
// happened:
//   {"index": 3, "stage": "depth", "architecture": ...}   a candidate and its outcome, as soon as it is known
//   {"decision": 3, "kept": true, "reason": "..."}        the method's decision on candidate 3
//   {"time_is_up": true}                                  the method was told that the time limit is reached
//   {"end": "finished"}                                   the search is over
// The last key of every line, "check", is a digest of the line and of the check of the line before. A line that was
// changed, removed or moved is therefore detected when the journal is read. Every line is synced to disk when it is
// appended. A last line without a newline is incomplete: a crash cut it short, or another process is writing it.
// Readers ignore it; it is removed when the next line is appended, which only the process that holds the run's lock
// does. A search resumes by calling its method again with these outcomes (journalled_session.h); there is no other
// state.
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
  std::optional<Decision> decision;  // nullopt: none yet, or none was made
  bool kept() const { return decision && decision->kept; }
};

// One line, except for the end.
struct JournalEvent {
  enum class Kind { kCandidate, kDecision, kTimeIsUp };
  Kind kind = Kind::kCandidate;
  size_t entry = 0;  // index of the candidate; not used for kTimeIsUp
};

// `event` as a line without its newline. `check` is that of the line before ("" for the first line) and becomes that of
// this line.
std::string journal_line(Record event, std::string& check);

class Journal {
 public:
  // Reads the file without changing it; a missing file is an empty journal. Throws FormatError with the file and the
  // line. `label`, if not empty, is written into the line of every candidate.
  explicit Journal(std::filesystem::path path, std::string label = "");

  // The candidates with their decisions, in the order of evaluation.
  const std::vector<JournalEntry>& entries() const { return entries_; }
  // The lines, in order: event i is line i + 1.
  const std::vector<JournalEvent>& events() const { return events_; }
  // Why the search ended; nullopt if it has not ended.
  const std::optional<std::string>& end() const { return end_; }
  // Seconds of training in all entries.
  double seconds() const;
  // Images that passed through training in all entries.
  int64_t image_epochs() const;
  // Number of candidates that were trained (neither over the budget nor known before).
  int trained() const;
  // The outcome of an earlier candidate with the same candidate_key (search/methods/candidate.h); all candidates of a
  // run have the same recipe.
  std::optional<Outcome> find(const Candidate& candidate) const;

  // Requires that the journal has no end yet, that the entry's index is the number of entries, and that it has no
  // decision.
  void append(const JournalEntry& entry);
  // Requires that the candidate has no decision yet.
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
  size_t whole_bytes_ = 0;  // size of the file as it was read, up to the last newline
  bool torn_ = false;       // whether there is anything after that newline
  std::vector<JournalEntry> entries_;
  std::vector<JournalEvent> events_;
  std::optional<std::string> end_;
};

}  // namespace mininas
