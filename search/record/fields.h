// Converts structs to records and back, by one list of their fields:
//
//   template <>
//   inline constexpr auto kFields<EpochResult> =
//       std::tuple(field("epoch", &EpochResult::epoch), field("train_loss", &EpochResult::train_loss));
//
// to_record and from_record use that list, so each key is written in one place. A field may be a number, a text, a list
// of these, a struct with its own fields (a record inside the record), a list of such structs, or std::optional of any
// of these, which is omitted if empty. `part` places the fields of a member struct directly among those of the outer
// struct. This is not for settings, which also have ranges and help (search/record/options.h).
#pragma once
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "search/record/record.h"

namespace mininas {

// Specialised for each struct; 0 means that the type has no list of fields.
template <class Struct>
inline constexpr int kFields = 0;

template <class Struct>
concept HasFields = !std::is_same_v<decltype(kFields<Struct>), const int>;

template <class Struct, class Member>
struct NamedField {
  const char* key;
  Member Struct::*member;
};
template <class Struct, class Member>
constexpr NamedField<Struct, Member> field(const char* key, Member Struct::*member) {
  return {key, member};
}

template <class Struct, class Member>
struct FlatPart {
  Member Struct::*member;
};
// A part that is std::optional is present if the first of its keys is.
template <class Struct, class Member>
constexpr FlatPart<Struct, Member> part(Member Struct::*member) {
  return {member};
}

template <HasFields Struct>
Record to_record(const Struct& value);
// Throws FormatError if a key is missing or unknown, or has a value of another type.
template <HasFields Struct>
Struct from_record(const Record& record);

namespace fields {

template <class T>
inline constexpr bool kOptional = false;
template <class T>
inline constexpr bool kOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kListOfStructs = false;
template <HasFields T>
inline constexpr bool kListOfStructs<std::vector<T>> = true;

// Calls `visit(entry, member of value)` for each entry of the list.
template <class Struct, class Visit>
void for_each(Struct& value, const Visit& visit) {
  std::apply([&](const auto&... entries) { (visit(entries, value.*entries.member), ...); },
             kFields<std::remove_const_t<Struct>>);
}

template <class T>
void set(Record& record, const char* key, const T& value) {
  if constexpr (kOptional<T>) {
    if (value) set(record, key, *value);
  } else if constexpr (HasFields<T>) {
    record.set(key, to_record(value));
  } else if constexpr (kListOfStructs<T>) {
    std::vector<Record> list;
    for (const auto& element : value) list.push_back(to_record(element));
    record.set(key, list);
  } else {
    record.set(key, value);
  }
}

template <class Struct>
void set_all(Record& record, const Struct& value) {
  for_each(value, [&]<class Entry, class Member>(const Entry& entry, const Member& member) {
    if constexpr (requires { entry.key; })
      set(record, entry.key, member);
    else if constexpr (!kOptional<Member>)
      set_all(record, member);
    else if (member)
      set_all(record, *member);
  });
}

inline void get(const Record& record, const char* key, bool& value) { value = record.boolean(key); }
inline void get(const Record& record, const char* key, int& value) { value = record.integer(key); }
inline void get(const Record& record, const char* key, int64_t& value) { value = record.integer64(key); }
inline void get(const Record& record, const char* key, uint64_t& value) { value = record.unsigned64(key); }
inline void get(const Record& record, const char* key, double& value) { value = record.number(key); }
inline void get(const Record& record, const char* key, Record& value) { value = record.record(key); }
inline void get(const Record& record, const char* key, std::string& value) { value = record.string(key); }
inline void get(const Record& record, const char* key, std::vector<int>& value) { value = record.integers(key); }
inline void get(const Record& record, const char* key, std::vector<double>& value) { value = record.numbers(key); }
inline void get(const Record& record, const char* key, std::vector<std::string>& value) { value = record.strings(key); }
template <HasFields T>
void get(const Record& record, const char* key, T& value) {
  value = from_record<T>(record.record(key));
}
template <HasFields T>
void get(const Record& record, const char* key, std::vector<T>& value) {
  for (const Record& element : record.records(key)) value.push_back(from_record<T>(element));
}
template <class T>
void get(const Record& record, const char* key, std::optional<T>& value) {
  if (record.has(key)) get(record, key, value.emplace());
}

// Reads the members of `value` that are present, and adds the keys of all its fields to `known`.
template <class Struct>
void get_all(const Record& record, Struct& value, std::vector<std::string>& known) {
  for_each(value, [&]<class Entry, class Member>(const Entry& entry, Member& member) {
    if constexpr (requires { entry.key; }) {
      known.push_back(entry.key);
      get(record, entry.key, member);
    } else if constexpr (!kOptional<Member>) {
      get_all(record, member, known);
    } else {
      constexpr const char* kFirst = std::get<0>(kFields<typename Member::value_type>).key;
      if (record.has(kFirst)) get_all(record, member.emplace(), known);
    }
  });
}

}  // namespace fields

template <HasFields Struct>
Record to_record(const Struct& value) {
  Record record;
  fields::set_all(record, value);
  return record;
}

template <HasFields Struct>
Struct from_record(const Record& record) {
  Struct value;
  std::vector<std::string> known;
  fields::get_all(record, value, known);
  record.expect_only(known);
  return value;
}

}  // namespace mininas
