#include "datasets/image_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "core/error.h"
#include "core/io/file.h"
#include "datasets/folder_layout.h"
#include "datasets/readable_name.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

struct Row {
  int line = 1;  // where it begins
  std::vector<std::string> fields;
};

char separator_of(std::string_view letters) {
  const std::string_view first = letters.substr(0, letters.find('\n'));
  const auto count = [&](char c) { return std::count(first.begin(), first.end(), c); };
  if (count('\t') > 0 && count('\t') >= count(',')) return '\t';
  return count(';') > count(',') ? ';' : ',';
}

// Splits a table into rows and fields. Empty lines are no rows.
class TableReader {
 public:
  TableReader(std::string_view letters, const fs::path& path)
      : letters_(letters), separator_(separator_of(letters)), path_(path) {}

  std::vector<Row> rows() {
    std::vector<Row> rows;
    while (place_ < letters_.size()) {
      Row row{line_, {}};
      do row.fields.push_back(field());
      while (take(separator_));
      take('\r');
      if (place_ < letters_.size() && !take('\n')) refuse("expected a separator or the end of the line behind a quote");
      ++line_;
      if (row.fields.size() > 1 || !row.fields[0].empty()) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool take(char letter) {
    if (place_ >= letters_.size() || letters_[place_] != letter) return false;
    ++place_;
    return true;
  }
  std::string field() {
    if (take('"')) return quoted_field();
    std::string content;
    while (place_ < letters_.size() && letters_[place_] != separator_ && letters_[place_] != '\n')
      content += letters_[place_++];
    while (!content.empty() && (content.back() == ' ' || content.back() == '\r')) content.pop_back();
    return content.substr(std::min(content.size(), content.find_first_not_of(' ')));
  }
  // Behind the opening quote.
  std::string quoted_field() {
    std::string content;
    while (place_ < letters_.size()) {
      const char letter = letters_[place_++];
      if (letter == '"' && !take('"')) return content;  // a doubled quote is one
      if (letter == '\n') ++line_;
      content += letter;
    }
    refuse("a quoted field without an end");
  }
  [[noreturn]] void refuse(const char* what) const {
    throw FormatError(text(path_.string(), ", line ", line_, ": ", what));
  }

  std::string_view letters_;
  char separator_;
  const fs::path& path_;
  size_t place_ = 0;
  int line_ = 1;
};

std::string small_letters(std::string name) {
  for (char& letter : name)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return name;
}

constexpr std::array<std::string_view, 12> kFileNames = {"file",     "filename",  "file_name", "path",
                                                         "filepath", "file_path", "image",     "image_path",
                                                         "img",      "image_id",  "id",        "name"};
constexpr std::array<std::string_view, 8> kLabelNames = {"label",    "labels", "class",   "class_name",
                                                         "category", "target", "classes", "y"};
constexpr std::array<std::string_view, 5> kPartNames = {"split", "set", "subset", "usage", "part"};

// Which column is what; -1 where there is none.
struct Columns {
  int file = -1, label = -1, part = -1;
  bool named = false;  // by a first line
};

template <size_t N>
int column_called(const Row& row, const std::array<std::string_view, N>& names) {
  for (const std::string_view name : names)
    for (size_t i = 0; i < row.fields.size(); ++i)
      if (small_letters(row.fields[i]) == name) return static_cast<int>(i);
  return -1;
}

Columns columns_of(const Row& first, const fs::path& table) {
  Columns columns{column_called(first, kFileNames), column_called(first, kLabelNames), column_called(first, kPartNames),
                  true};
  if (columns.file >= 0 && columns.label >= 0) return columns;
  if (columns.file < 0 && columns.label < 0 && first.fields.size() >= 2 && first.fields.size() <= 3)
    return {0, 1, first.fields.size() == 3 ? 2 : -1, false};
  throw FormatError(text(table.string(), ", line ", first.line, ": expected columns called file and label"));
}

// The file that a field names, relative to the table; an ending may be missing.
fs::path file_called(const fs::path& folder, const std::string& name) {
  fs::path plain = folder / name;
  std::error_code ignored;
  for (const char* ending : {"", ".jpg", ".png", ".jpeg"})
    if (fs::path file = plain.string() + ending; fs::is_regular_file(file, ignored)) return file;
  return plain;
}

struct Entry {
  int line;
  fs::path file;
  std::string label;
  FolderPart part;  // kNone where the table does not say
};

Entry read_entry(const Row& row, const Columns& columns, const fs::path& table) {
  const auto where = [&] { return text(table.string(), ", line ", row.line, ": "); };
  const auto field = [&](int column) {
    if (column >= static_cast<int>(row.fields.size()) || row.fields[static_cast<size_t>(column)].empty())
      throw FormatError(text(where(), "column ", column + 1, " is missing or empty"));
    return row.fields[static_cast<size_t>(column)];
  };
  Entry entry{row.line, file_called(table.parent_path(), field(columns.file)), composed_utf8(field(columns.label)),
              FolderPart::kNone};
  if (columns.part < 0) return entry;
  entry.part = part_called(field(columns.part));
  if (entry.part == FolderPart::kNone)
    throw FormatError(text(where(), "'", field(columns.part), "' is no part, expected train, test or val"));
  return entry;
}

std::vector<Entry> read_table(const fs::path& table) {
  const std::string whole = read_text_file(table);
  std::string_view letters = whole;
  if (letters.starts_with("\xEF\xBB\xBF")) letters.remove_prefix(3);
  const std::vector<Row> rows = TableReader(letters, table).rows();
  if (rows.empty()) throw FormatError(text(table.string(), ": is empty, expected lines of file,label"));
  const Columns columns = columns_of(rows.front(), table);
  std::vector<Entry> entries;
  for (size_t i = columns.named ? 1 : 0; i < rows.size(); ++i) entries.push_back(read_entry(rows[i], columns, table));
  return entries;
}

std::optional<int64_t> whole_number(const std::string& letters) {
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(letters.data(), letters.data() + letters.size(), number);
  return failure == std::errc() && end == letters.data() + letters.size() ? std::optional(number) : std::nullopt;
}

std::vector<std::string> sorted_labels(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.label);
  const bool numbers =
      std::all_of(names.begin(), names.end(), [](const std::string& n) { return whole_number(n).has_value(); });
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return numbers && whole_number(a) != whole_number(b) ? whole_number(a) < whole_number(b) : a < b;
  });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void require_trained_labels(const ImageListing& train, const ImageListing& test, const fs::path& table) {
  for (const int label : test.labels)
    if (std::find(train.labels.begin(), train.labels.end(), label) == train.labels.end())
      throw ConfigError(text(table.string(), ": the training images have no label '",
                             train.class_names[static_cast<size_t>(label)], "'"));
}

}  // namespace

FileSet read_image_table(const fs::path& table, Purpose purpose) {
  const std::vector<Entry> entries = read_table(table);
  const std::vector<std::string> names = sorted_labels(entries);
  const auto has = [&](FolderPart part) {
    return std::any_of(entries.begin(), entries.end(), [&](const Entry& e) { return e.part == part; });
  };
  const FolderPart test_part = has(FolderPart::kTest) ? FolderPart::kTest : FolderPart::kValidation;
  FileSet set{table.parent_path(), "csv:" + table.string(), {names, {}, {}}, {names, {}, {}}, has(test_part), {}};
  for (const Entry& entry : entries) {
    ImageListing& part = entry.part == test_part ? set.test : set.train;
    part.files.push_back(entry.file);
    part.labels.push_back(static_cast<int>(std::find(names.begin(), names.end(), entry.label) - names.begin()));
  }
  const bool training = purpose == Purpose::kTraining;
  if (training && names.size() < 2)
    throw ConfigError(text(table.string(), ": ", names.size(), " label(s), expected at least 2"));
  if (training && set.train.files.empty()) throw ConfigError(text(table.string(), ": names no training image"));
  if (training && set.divided) require_trained_labels(set.train, set.test, table);
  if (has(FolderPart::kValidation) && set.divided)
    set.notes.push_back(
        test_part == FolderPart::kTest
            ? "the images of the part val are training images: a search sets its own part of these aside for validation"
            : "the images of the part val are the test images");
  return set;
}

Dataset load_image_table(const fs::path& table, const FormChoice& form, const LoadRequest& request) {
  return load_file_set(read_image_table(table, request.purpose), form, request);
}

}  // namespace mininas
