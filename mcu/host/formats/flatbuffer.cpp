#include "mcu/host/formats/flatbuffer.h"

#include <algorithm>
#include <cstring>

namespace mininas {
namespace {

void pad(std::string& out, size_t alignment) {
  while (out.size() % alignment != 0) out += '\0';
}

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Writes the distance from the reference at `place` to `target`.
void point(std::string& out, size_t place, size_t target) {
  const auto distance = static_cast<uint32_t>(target - place);
  std::memcpy(out.data() + place, &distance, sizeof distance);
}

}  // namespace

FlatTable& FlatTable::set(int field, Field value) {
  fields_[field] = std::move(value);
  return *this;
}

// Where each field lies in the table, behind the four bytes that point to the vtable: large fields first, so that none
// needs padding.
std::map<int, size_t> FlatTable::place_fields(size_t& size, size_t& alignment) const {
  std::map<int, size_t> places;
  size = alignment = 4;
  for (const size_t width : {size_t{8}, size_t{4}, size_t{2}, size_t{1}})
    for (const auto& [number, field] : fields_) {
      if (field.size() != width) continue;
      size = (size + width - 1) / width * width;
      places[number] = size;
      size += width;
      alignment = std::max(alignment, width);
    }
  return places;
}

// Appends vtable, table and what the table refers to; returns where the table begins.
size_t FlatTable::write(std::string& out) const {
  size_t size = 0, alignment = 0;
  const std::map<int, size_t> places = place_fields(size, alignment);
  const int fields = fields_.empty() ? 0 : fields_.rbegin()->first + 1;
  pad(out, 2);
  const size_t vtable = out.size();
  put(out, static_cast<uint16_t>(4 + 2 * fields));
  put(out, static_cast<uint16_t>(size));
  for (int number = 0; number < fields; ++number)
    put(out, static_cast<uint16_t>(places.count(number) == 0 ? 0 : places.at(number)));
  pad(out, alignment);
  const size_t begin = out.size();
  put(out, static_cast<int32_t>(begin - vtable));
  out.resize(begin + size);
  for (const auto& [number, field] : fields_) {
    const size_t place = begin + places.at(number);
    if (field.kind == Kind::kNumber)
      std::copy(field.bytes.begin(), field.bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(place));
    else
      point(out, place, write_child(out, field));
  }
  return begin;
}

size_t FlatTable::write_child(std::string& out, const Field& field) {
  if (field.kind == Kind::kTable) return field.children.front().write(out);
  pad(out, 4);
  const size_t alignment = std::max(field.alignment, field.element);
  while ((out.size() + 4) % alignment != 0) out.append(4, '\0');
  const size_t begin = out.size();
  if (field.kind == Kind::kTables) {
    put(out, static_cast<uint32_t>(field.children.size()));
    out.append(4 * field.children.size(), '\0');
    for (size_t i = 0; i < field.children.size(); ++i) point(out, begin + 4 + 4 * i, field.children[i].write(out));
    return begin;
  }
  put(out, static_cast<uint32_t>(field.bytes.size() / field.element));
  out += field.bytes;
  if (field.kind == Kind::kText) out += '\0';
  return begin;
}

std::string FlatTable::file(const char (&identifier)[5]) const {
  std::string out(4, '\0');
  out += identifier;
  point(out, 0, write(out));
  return out;
}

}  // namespace mininas
