#include "search/run/published_log.h"

#include <charconv>
#include <limits>
#include <map>

#include "core/error.h"
#include "core/io/file.h"
#include "search/space/build.h"

namespace mininas {
namespace {

constexpr int kSide = 32;  // of the image; no parameter count depends on it
constexpr int kMostEpochs = 1000000;
constexpr int64_t kMostParameters = int64_t{1} << 40;

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> pieces(1);
  for (const char letter : line)
    if (letter == separator)
      pieces.emplace_back();
    else if (letter != '\r')
      pieces.back() += letter;
  return pieces;
}

// The cells of one line by the names of their columns; every error names the line and the column.
class Row {
 public:
  Row(const std::map<std::string, size_t>& columns, std::vector<std::string> cells, std::string where)
      : columns_(columns), cells_(std::move(cells)), where_(std::move(where)) {
    if (cells_.size() != columns_.size()) fail(text(cells_.size(), " cells, expected ", columns_.size()));
  }

  const std::string& cell(const std::string& column) const { return cells_[columns_.at(column)]; }

  template <class Number>
  Number number(const std::string& column) const {
    const std::string& source = cell(column);
    Number value{};
    const char* end = source.data() + source.size();
    const auto [stop, failure] = std::from_chars(source.data(), end, value);
    if (failure != std::errc() || stop != end) fail(text("column ", column, ": '", source, "', expected a number"));
    return value;
  }

  template <class Number>
  Number number(const std::string& column, Number least, Number most) const {
    const auto value = number<Number>(column);
    if (!(value >= least && value <= most))  // nor is NaN
      fail(text("column ", column, ": ", value, ", expected ", least, " to ", most));
    return value;
  }

  [[noreturn]] void fail(const std::string& what) const { throw FormatError(text(where_, ": ", what)); }

 private:
  const std::map<std::string, size_t>& columns_;
  const std::vector<std::string> cells_;
  const std::string where_;
};

Chain read_chain(const Row& row) {
  Chain a;
  a.width = row.number<int>("width");
  const std::string &operations = row.cell("ops"), &kernels = row.cell("kernels");
  if (operations.size() != kernels.size() || static_cast<int>(operations.size()) != row.number<int>("depth"))
    row.fail(
        text("depth ", row.cell("depth"), " with ", operations.size(), " operations and ", kernels.size(), " kernels"));
  for (size_t i = 0; i < operations.size(); ++i) {
    if (operations[i] != '0' && operations[i] != '1')
      row.fail(text("column ops: '", operations[i], "', expected 0 or 1"));
    a.layers.push_back({operations[i] == '1' ? Operation::kConv : Operation::kSeparable, kernels[i] - '0'});
  }
  try {
    validate(a);
  } catch (const ConfigError& error) {
    row.fail(error.what());
  }
  return a;
}

LoggedTrial read_trial(const Row& row, int line) {
  LoggedTrial logged;
  logged.line = line;
  logged.trial.candidate = {row.cell("stage"), read_chain(row), row.number("epochs", 1, kMostEpochs)};
  const auto percentage = [&](const char* column) { return row.number(column, 0.0, 100.0); };
  logged.parameters = row.number("params", int64_t{1}, kMostParameters);
  logged.trial.outcome.best_train = percentage("train_acc");
  logged.trial.outcome.score = percentage("valid_acc");
  logged.trial.outcome.curve = {percentage("epoch1_valid_acc")};
  return logged;
}

constexpr const char* kColumns[] = {"step",   "stage",     "depth",     "width",           "ops", "kernels", "epochs",
                                    "params", "train_acc", "valid_acc", "epoch1_valid_acc"};

}  // namespace

std::vector<LoggedTrial> read_published_log(const std::filesystem::path& path) {
  const std::vector<std::string> lines = split(read_text_file(path), '\n');
  std::map<std::string, size_t> columns;
  for (const std::string& name : split(lines[0], ','))
    if (!columns.emplace(name, columns.size()).second)
      throw FormatError(text(path.string(), ", line 1: column '", name, "' occurs twice"));
  for (const char* needed : kColumns)
    if (columns.count(needed) == 0)
      throw FormatError(text(path.string(), ", line 1: column '", needed, "' is missing"));
  std::vector<LoggedTrial> trials;
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty() && i + 1 == lines.size()) break;
    const int line = static_cast<int>(i) + 1;
    trials.push_back(read_trial(Row(columns, split(lines[i], ','), text(path.string(), ", line ", line)), line));
  }
  if (trials.empty()) throw FormatError(text(path.string(), ": it holds no candidate"));
  return trials;
}

std::string to_published_log(const std::vector<LoggedTrial>& trials) {
  std::string out;
  for (const char* column : kColumns) out += (out.empty() ? "" : ",") + std::string(column);
  for (size_t i = 0; i < trials.size(); ++i) {
    const Candidate& candidate = trials[i].trial.candidate;
    const Outcome& outcome = trials[i].trial.outcome;
    const Chain& chain = candidate.architecture.chain();
    std::string operations, kernels;
    for (const SearchedLayer& layer : chain.layers) {
      operations += layer.operation == Operation::kConv ? '1' : '0';
      kernels += std::to_string(layer.kernel);
    }
    out += text("\n", i, ",", candidate.stage, ",", chain.depth(), ",", chain.width, ",", operations, ",", kernels, ",",
                candidate.epochs, ",", trials[i].parameters, ",", outcome.best_train, ",", outcome.score, ",",
                outcome.curve.empty() ? outcome.score : outcome.curve.front());
  }
  return out + "\n";
}

int64_t parameter_count(const Architecture& architecture, const LoggedTask& task) {
  return parameter_count(build_network_spec(architecture, {kSide, kSide, task.channels}, task.classes));
}

LoggedTask deduce_task(const LoggedTrial& logged, int channels, int classes) {
  const Architecture& a = logged.trial.candidate.architecture;
  for (const int c : {3, 1}) {
    if (channels != 0 && c != channels) continue;
    // Only the classifier depends on the classes: one weight per channel and one bias for each.
    const int64_t of_two = parameter_count(a, {c, 2}), a_class = parameter_count(a, {c, 3}) - of_two;
    const int64_t more = logged.parameters - of_two;
    const int64_t found = more % a_class == 0 ? 2 + more / a_class : 0;
    if (classes == 0 ? found >= 2 && found <= std::numeric_limits<int>::max() : found == classes)
      return {c, static_cast<int>(found)};
  }
  const auto wanted = [](int value) { return value == 0 ? std::string("any number of") : std::to_string(value); };
  throw ConfigError(text("line ", logged.line, ": ", to_text(a), " has no ", logged.parameters, " parameters with ",
                         wanted(channels), " channels (1 or 3) and ", wanted(classes), " classes"));
}

}  // namespace mininas
