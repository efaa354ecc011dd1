#include "mcu/host/formats/protobuf.h"

namespace mininas {
namespace {

// How the value of a field is stored.
enum WireType : uint64_t { kVarint = 0, kLengthDelimited = 2 };

uint64_t tag(int field, WireType type) { return static_cast<uint64_t>(field) << 3 | type; }

}  // namespace

ProtobufMessage& ProtobufMessage::number(int field, int64_t value) {
  put_varint(tag(field, kVarint));
  put_varint(static_cast<uint64_t>(value));
  return *this;
}

ProtobufMessage& ProtobufMessage::bytes(int field, std::string_view content) {
  put_varint(tag(field, kLengthDelimited));
  put_varint(content.size());
  encoded_ += content;
  return *this;
}

// Seven bits a byte, the lowest first; the highest bit says that another byte follows.
void ProtobufMessage::put_varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) encoded_ += static_cast<char>(value | 0x80);
  encoded_ += static_cast<char>(value);
}

}  // namespace mininas
