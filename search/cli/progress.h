// Progress: shows on standard error what a long command is doing and how much is left. On a terminal it redraws one
// bar; elsewhere it prints a plain line every few seconds; with --quiet it prints nothing. Every call may throw
// Interrupted (search/cli/interrupt.h).
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "core/duration.h"
#include "search/job/pipeline.h"
#include "search/run/overall_progress.h"

namespace mininas {

class Progress {
 public:
  explicit Progress(bool quiet);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Hooks that report to this object; they refer to it.
  TrainHooks training_hooks();
  PipelineHooks pipeline_hooks();

  void stage(const std::string& name);
  // What is no error, but must not be missed: --quiet does not silence it.
  void notice(const std::string& what);
  void images(int64_t done, int64_t images);
  // From now on every line shows the progress of the whole search and its remaining time.
  void plan(const SearchPlan& plan) { overall_.emplace(plan); }
  // Of the steps of loading files. Says nothing in the first half second, which is enough for most.
  void loaded(int64_t done, int64_t steps);
  // Removes the bar, so that other text can follow.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  void candidate(const Candidate& candidate, const Cost& cost, int index, int left);
  void decision(const JournalEntry& entry);
  void step(const TrainProgress& progress);
  void epoch(const EpochResult& result);

  // Prints a line that stays.
  void say(const std::string& line);
  void print_line(const std::string& line);  // quiet or not
  // Redraws the bar; `part` is the finished part of the current work, in [0, 1].
  void show(double part, const std::string& what);
  // "12 s left", from the increase of `done` since it was first shown.
  std::string time_left(double done);
  std::string in_colour(const char* code, const std::string& what) const;

  // The beginning of a line in a log: "15:04:05   34 %  ". Empty without a plan, and on a terminal.
  std::string log_prefix(double done) const;

  const bool quiet_, terminal_, colour_;
  std::optional<OverallProgress> overall_;
  std::string title_;     // "search: candidate 7 (width w48:s3*6), at most 31 more"
  std::string accuracy_;  // of the last finished epoch
  Clock::time_point last_shown_{}, first_shown_{};
  double first_done_ = -1;
  std::optional<double> kept_score_;  // of the candidate kept last
  bool bar_drawn_ = false;
};

// The width of the terminal behind a file descriptor; 80 where it is not known.
size_t terminal_columns(int descriptor);

// "96.90 %" for 0.969; "-" for a negative number (not measured)
std::string percent_text(double fraction);

}  // namespace mininas
