// ProtobufMessage: the bytes of one Protocol Buffers message, written field by field. ONNX files are such messages. It
// knows no schema: the caller names each field by its number, which the format promises never to change. Fields appear
// in the order of the calls, so the same calls give the same bytes.
// Source: the wire format of Protocol Buffers, protobuf.dev/programming-guides/encoding.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace mininas {

class ProtobufMessage {
 public:
  ProtobufMessage& number(int field, int64_t value);            // int32, int64, bool or enum
  ProtobufMessage& bytes(int field, std::string_view content);  // string, bytes
  ProtobufMessage& message(int field, const ProtobufMessage& content) { return bytes(field, content.encoded_); }

  const std::string& encoded() const { return encoded_; }

 private:
  void put_varint(uint64_t value);
  std::string encoded_;
};

}  // namespace mininas
