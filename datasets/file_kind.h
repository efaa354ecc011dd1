// What kind of file some bytes are, told by how they begin and never by the file's name: people and programs rename
// files, and "is a WebP image" helps where "does not decode" does not.
#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace mininas {

enum class FileKind { kPng, kJpeg, kOther };

FileKind kind_of(std::span<const std::byte> bytes);

// What follows a file's name in an error, with what to do: "is a WebP image; convert it to PNG or JPEG". Requires: the
// kind is kOther.
std::string describe_other_kind(std::span<const std::byte> bytes);

}  // namespace mininas
