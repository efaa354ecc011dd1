#include "search/run/journal.h"

#include <algorithm>
#include <span>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/sha256.h"
#include "search/evaluate/outcome_record.h"

namespace mininas {
namespace {

std::vector<std::string> texts_of(const std::vector<Architecture>& architectures) {
  std::vector<std::string> texts;
  for (const Architecture& architecture : architectures) texts.push_back(to_text(architecture));
  return texts;
}

Record to_record(const JournalEntry& entry) {
  const Candidate& candidate = entry.trial.candidate;
  const Outcome& outcome = entry.trial.outcome;
  Record line;
  line.set("index", entry.trial.index)
      .set("stage", candidate.stage)
      .set("architecture", to_text(candidate.architecture));
  line.set("params", entry.cost.parameters).set("macs", entry.cost.macs).set("flash_bytes", entry.cost.flash_bytes);
  line.set("code_bytes", entry.cost.code_bytes).set("ram_bytes", entry.cost.ram_bytes);
  if (entry.cost.instructions > 0)
    line.set("instructions", entry.cost.instructions).set("milliseconds", entry.cost.milliseconds);
  line.set("epochs", candidate.epochs);
  if (candidate.branch_epoch > 0)
    line.set("branch_epoch", candidate.branch_epoch).set("ancestors", texts_of(candidate.ancestors));
  set_outcome(line, outcome);
  return line;
}

JournalEntry from_record(const Record& line) {
  JournalEntry entry;
  entry.trial.index = line.integer("index");
  Candidate& candidate = entry.trial.candidate;
  candidate.stage = line.string("stage");
  candidate.architecture = parse_architecture(line.string("architecture"));
  candidate.epochs = line.integer("epochs");
  if (line.has("branch_epoch")) {
    candidate.branch_epoch = line.integer("branch_epoch");
    for (const std::string& ancestor : line.strings("ancestors"))
      candidate.ancestors.push_back(parse_architecture(ancestor));
  }
  entry.cost = {line.integer64("params"), line.integer64("macs"), line.integer64("flash_bytes"),
                line.integer64("code_bytes"), line.integer64("ram_bytes")};
  if (line.has("instructions")) entry.cost.instructions = line.integer64("instructions");
  if (line.has("milliseconds")) entry.cost.milliseconds = line.number("milliseconds");
  entry.trial.outcome = outcome_from(line);
  return entry;
}

constexpr const char* kCheck = "check";
constexpr const char* kRemedy = "; delete this line and all that follow, and --resume goes on from there";

std::string check_of(const Record& event, const std::string& check_before) {
  const std::string content = check_before + event.to_line();
  return sha256_hex(std::as_bytes(std::span(content))).substr(0, 16);
}

}  // namespace

std::string journal_line(Record event, std::string& check) {
  check = check_of(event, check);
  return event.set(kCheck, check).to_line();
}

Journal::Journal(std::filesystem::path path, std::string label) : path_(std::move(path)), label_(std::move(label)) {
  if (!std::filesystem::exists(path_)) return;
  const std::string content = read_text_file(path_);
  while (true) {
    const size_t newline = content.find('\n', whole_bytes_);
    if (newline == std::string::npos) break;
    read_line(content.substr(whole_bytes_, newline - whole_bytes_));
    whole_bytes_ = newline + 1;
  }
  torn_ = whole_bytes_ != content.size();
}

void Journal::read_line(const std::string& line) {
  const std::string where = position(events_.size() + (end_ ? 1 : 0));
  try {
    Record event = Record::parse(line, where);
    const std::string recorded = event.string(kCheck);
    event.remove(kCheck);
    check_ = check_of(event, check_);
    if (recorded != check_)
      throw FormatError(text(where, ": does not match its check, so it was changed, or a line before it removed"));
    read_event(event, where);
  } catch (const FormatError& error) {
    throw FormatError(error.what() + std::string(kRemedy));
  }
}

void Journal::read_event(const Record& record, const std::string& where) {
  if (end_) throw FormatError(text(where, ": a line after the search's end"));
  if (record.has("end")) {
    end_ = record.string("end");
  } else if (record.has("time_is_up")) {
    events_.push_back({JournalEvent::Kind::kTimeIsUp});
  } else if (record.has("decision")) {
    read_decision(record, where);
  } else {
    if (record.integer64("index") != static_cast<int64_t>(entries_.size()))
      throw FormatError(text(where, ": 'index' is ", record.integer64("index"), ", expected ", entries_.size()));
    events_.push_back({JournalEvent::Kind::kCandidate, entries_.size()});
    entries_.push_back(from_record(record));
  }
}

void Journal::read_decision(const Record& record, const std::string& where) {
  const int64_t index = record.integer64("decision");
  if (index < 0 || index >= static_cast<int64_t>(entries_.size()))
    throw FormatError(text(where, ": a decision on candidate ", index, ", of which there is no line yet"));
  JournalEntry& entry = entries_[static_cast<size_t>(index)];
  if (entry.decision) throw FormatError(text(where, ": a second decision on candidate ", index));
  entry.decision = Decision{record.boolean("kept"), record.string("reason")};
  events_.push_back({JournalEvent::Kind::kDecision, static_cast<size_t>(index)});
}

double Journal::seconds() const {
  double sum = 0;
  for (const JournalEntry& entry : entries_) sum += entry.trial.outcome.seconds;
  return sum;
}

int64_t Journal::image_epochs() const {
  int64_t sum = 0;
  for (const JournalEntry& entry : entries_) sum += entry.trial.outcome.image_epochs;
  return sum;
}

int Journal::trained() const {
  return static_cast<int>(std::count_if(entries_.begin(), entries_.end(), [](const JournalEntry& entry) {
    return entry.trial.outcome.status != Status::kInfeasible && !entry.trial.outcome.from_journal;
  }));
}

std::optional<Outcome> Journal::find(const Candidate& candidate) const {
  const std::string wanted = candidate_key(candidate);
  for (const JournalEntry& entry : entries_)
    if (candidate_key(entry.trial.candidate) == wanted) return entry.trial.outcome;
  return std::nullopt;
}

void Journal::write(const Record& record) {
  MN_CHECK(!end_, "the search has ended");
  if (torn_) write_text_file(path_, read_text_file(path_).substr(0, whole_bytes_));
  torn_ = false;
  std::string check = check_;
  append_line(path_, journal_line(record, check));
  check_ = check;
}

void Journal::append(const JournalEntry& entry) {
  MN_CHECK(entry.trial.index == static_cast<int>(entries_.size()) && !entry.decision, "not the next candidate");
  Record line = to_record(entry);
  if (!label_.empty()) line.set("label", label_);
  write(line);
  events_.push_back({JournalEvent::Kind::kCandidate, entries_.size()});
  entries_.push_back(entry);
}

void Journal::append_decision(size_t entry, const Decision& decision) {
  MN_CHECK(entry < entries_.size() && !entries_[entry].decision, "candidate ", entry, " takes no decision");
  write(
      Record().set("decision", static_cast<int64_t>(entry)).set("kept", decision.kept).set("reason", decision.reason));
  events_.push_back({JournalEvent::Kind::kDecision, entry});
  entries_[entry].decision = decision;
}

void Journal::append_time_is_up() {
  write(Record().set("time_is_up", true));
  events_.push_back({JournalEvent::Kind::kTimeIsUp});
}

void Journal::append_end(const std::string& reason) {
  write(Record().set("end", reason));
  end_ = reason;
}

std::string Journal::position(size_t event) const { return text(path_.string(), ", line ", event + 1); }

}  // namespace mininas
