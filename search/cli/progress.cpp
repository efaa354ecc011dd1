#include "search/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "core/error.h"
#include "core/wrapped.h"
#include "search/cli/interrupt.h"
#include "search/methods/scores.h"

namespace mininas {
namespace {

constexpr double kBarSeconds = 0.1;   // between two updates of the bar
constexpr double kLineSeconds = 5.0;  // between two plain lines
constexpr int kBarCells = 24;
constexpr const char* kMeasured = ", accuracy ";  // on images that are not trained on

bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string(kind) != "dumb";
}

bool wants_colour() {
  const char* refused = std::getenv("NO_COLOR");
  return refused == nullptr || *refused == '\0';
}

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

size_t terminal_columns(int descriptor) {
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string percent_text(double fraction) {
  if (fraction < 0) return "-";
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.2f %%", 100.0 * fraction);
  return digits;
}

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(is_terminal()), colour_(terminal_ && wants_colour()) {}

TrainHooks Progress::training_hooks() {
  TrainHooks hooks;
  hooks.on_step = [this](const TrainProgress& progress) { step(progress); };
  hooks.on_epoch = [this](const EpochResult& result) { epoch(result); };
  return hooks;
}

PipelineHooks Progress::pipeline_hooks() {
  PipelineHooks hooks;
  hooks.on_stage = [this](const std::string& name) { stage(name); };
  hooks.on_notice = [this](const std::string& what) { notice(what); };
  hooks.search.on_candidate = [this](const Candidate& c, const Cost& cost, int index, int left) {
    candidate(c, cost, index, left);
  };
  hooks.search.on_decision = [this](const JournalEntry& entry) { decision(entry); };
  hooks.training = training_hooks();
  hooks.on_verified = [this](int64_t done, int64_t images) { this->images(done, images); };
  return hooks;
}

void Progress::stage(const std::string& name) {
  stop_if_interrupted();
  title_ = name;
  accuracy_.clear();
  if (!overall_)
    first_done_ = -1;
  else if (name == "final training")
    overall_->begin_final_training();
  else if (name == "quantisation-aware training")
    overall_->begin_quantizing();
  else if (name == "export")
    overall_->begin_rest();
  say(name);
}

void Progress::notice(const std::string& what) { print_line("mininas: " + in_colour("33", "note: ") + what); }

void Progress::candidate(const Candidate& candidate, const Cost& cost, int index, int left) {
  stop_if_interrupted();
  if (overall_) overall_->begin_candidate(candidate.epochs, cost.macs, left);
  title_ = text("candidate ", index + 1, ", ", candidate.stage, ", at most ", left,
                " more: ", short_text(candidate.architecture));
  accuracy_.clear();
  if (!overall_) first_done_ = -1;
}

void Progress::decision(const JournalEntry& entry) {
  const Candidate& candidate = entry.trial.candidate;
  if (overall_ && entry.kept()) overall_->keep(entry.cost.macs);
  // Green is a gain, or a loss that the rules allow; where scores are equal, a prior decides.
  const double score = entry.trial.outcome.score;
  const bool prior = entry.kept() && kept_score_ && equal(score, *kept_score_);
  if (entry.kept()) kept_score_ = score;
  const std::string mark = !entry.kept() ? in_colour("2", "rejected")
                           : prior       ? "kept    "
                                         : in_colour("32", "kept    ");
  say(text("  ", entry.trial.index + 1, "  ", candidate.stage, "  ", mark, "  ", to_text(candidate.architecture), "  ",
           entry.decision->reason));
}

void Progress::step(const TrainProgress& p) {
  stop_if_interrupted();
  const double done = (p.epoch + static_cast<double>(p.step) / p.steps) / p.epochs;
  show(done, text(title_, " | epoch ", p.epoch + 1, "/", p.epochs, accuracy_));
}

void Progress::epoch(const EpochResult& result) {
  const bool measured = result.eval_accuracy >= 0;
  if (!measured && accuracy_.starts_with(kMeasured)) return;  // the last one stands until the next
  accuracy_ = text(measured ? kMeasured : ", training accuracy ",
                   percent_text(measured ? result.eval_accuracy : result.train_accuracy));
}

void Progress::images(int64_t done, int64_t images) {
  stop_if_interrupted();
  show(static_cast<double>(done) / static_cast<double>(images), text(title_, " | image ", done, "/", images));
}

void Progress::loaded(int64_t done, int64_t steps) {
  constexpr double kQuick = 0.5;
  if (first_done_ < 0) {
    first_done_ = 0;
    first_shown_ = Clock::now();
  }
  if (seconds_between(first_shown_, Clock::now()) > kQuick)
    show(static_cast<double>(done) / static_cast<double>(steps), "reading images");
}

void Progress::say(const std::string& line) {
  if (!quiet_) print_line(line);
}

void Progress::print_line(const std::string& line) {
  clear();
  if (terminal_)
    std::cerr << wrapped(line, terminal_columns(STDERR_FILENO)) << std::endl;
  else
    std::cerr << log_prefix(overall_ ? overall_->fraction(0) : 0) << line << std::endl;
}

std::string Progress::log_prefix(double done) const {
  if (!overall_) return "";
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  char prefix[32];
  std::snprintf(prefix, sizeof prefix, " %3d %%  ", static_cast<int>(100 * done));
  char clock[16];
  std::strftime(clock, sizeof clock, "%H:%M:%S", ::localtime_r(&now, &local));
  return std::string(clock) + prefix;
}

void Progress::show(double part, const std::string& what) {
  if (quiet_) return;
  const double done = overall_ ? overall_->fraction(part) : part;
  const auto now = Clock::now();
  if (first_done_ < 0) {
    first_done_ = done;
    first_shown_ = now;
  }
  if (seconds_between(last_shown_, now) < (terminal_ ? kBarSeconds : kLineSeconds)) return;
  last_shown_ = now;
  if (!terminal_) {
    const std::string prefix = overall_ ? log_prefix(done) : text("  ", static_cast<int>(100 * done), " %  ");
    std::cerr << prefix << what << time_left(done) << std::endl;
    return;
  }
  std::string line = text(static_cast<int>(100 * done), " %  ", what, time_left(done));
  const auto filled = static_cast<size_t>(done * kBarCells);
  const std::string full(filled, '='), empty(kBarCells - filled, ' ');
  const size_t whole = terminal_columns(STDERR_FILENO), columns = whole - std::min<size_t>(whole, kBarCells + 4);
  if (line.size() > columns) line.resize(columns);
  std::cerr << "\r\033[K[" << in_colour("36", full) << empty << "] " << line << std::flush;
  bar_drawn_ = true;
}

std::string Progress::time_left(double done) {
  const double moved = done - first_done_, spent = seconds_between(first_shown_, Clock::now());
  if (moved <= 0 || spent < 1) return "";
  return ", " + duration_text(spent * (1 - done) / moved) + " left";
}

std::string Progress::in_colour(const char* code, const std::string& what) const {
  return colour_ ? text("\033[", code, "m", what, "\033[0m") : what;
}

void Progress::clear() {
  if (!bar_drawn_) return;
  std::cerr << "\r\033[K" << std::flush;
  bar_drawn_ = false;
}

}  // namespace mininas
