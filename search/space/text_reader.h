// TextReader: reads the one-line text of an architecture from left to right. Every error names the architecture, the
// position (from 1) and the rule that is broken there. Every form of architecture uses it; it depends on none of them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace mininas {

class TextReader {
 public:
  // `example` is a correct text of the form that is read, for errors. `source` must outlive this object.
  TextReader(const std::string& source, std::string example) : text_(source), example_(std::move(example)) {}

  bool at_end() const { return position_ == text_.size(); }
  // The next character; '\0' at the end.
  char next() const { return at_end() ? '\0' : text_[position_]; }
  bool next_is_digit() const { return next() >= '0' && next() <= '9'; }

  // Skips `token` if it comes next, and returns whether it did.
  bool accept(std::string_view token);
  // Skips `token`; throws ConfigError "`rule` expected" if it does not come next.
  void require(std::string_view token, std::string_view rule);
  void skip_spaces();
  // The longest run of characters for which `belongs` is true; may be empty.
  template <class Belongs>
  std::string take_while(Belongs belongs) {
    const size_t start = position_;
    while (!at_end() && belongs(text_[position_])) ++position_;
    return text_.substr(start, position_ - start);
  }

  // A decimal number. Throws ConfigError if there is none, or if it is not within [low, high]; `what` is the subject of
  // the error: "a width".
  int number(std::string_view what, int low, int high);

  size_t position() const { return position_; }
  // Goes back to an earlier position, for an error about what is there.
  void go_to(size_t position) { position_ = position; }

  [[noreturn]] void fail(std::string_view rule) const;

 private:
  const std::string& text_;
  const std::string example_;
  size_t position_ = 0;
};

}  // namespace mininas
