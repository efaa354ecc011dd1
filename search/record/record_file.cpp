#include "search/record/record_file.h"

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/sha256.h"

namespace mininas {
namespace {

constexpr const char* kDigest = "digest";
constexpr size_t kMaxBytes = size_t{1} << 28;  // the largest file is evaluation.json with its pictures: a few megabytes

std::string digest_of(const Record& record) {
  const std::string line = record.to_line();
  return sha256_hex(std::as_bytes(std::span(line)));
}

}  // namespace

void write_record(const std::filesystem::path& path, const Record& record) {
  MN_CHECK(!record.has(kDigest), "a record with a digest of its own");
  Record whole = record;
  write_text_file(path, whole.set(kDigest, digest_of(record)).to_page());
}

Record read_record(const std::filesystem::path& path, const std::string& remedy) {
  const auto bytes = read_file(path, kMaxBytes);
  Record record = Record::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
  const std::string recorded = record.string(kDigest);
  record.remove(kDigest);
  if (digest_of(record) != recorded)
    throw FormatError(
        text(path.string(), ": its content does not match its digest, so it was damaged or edited; ", remedy));
  return record;
}

}  // namespace mininas
