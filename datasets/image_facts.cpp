#include "datasets/image_facts.h"

#include "core/error.h"
#include "datasets/file_kind.h"
#include "datasets/jpeg_check.h"
#include "datasets/png_check.h"
#include "datasets/stb_decoder.h"

namespace mininas {
namespace {

std::string why_too_large(const ImageFacts& facts) {
  if (facts.width <= kMaxImageSide && facts.height <= kMaxImageSide) return "";
  return text("is ", facts.width, "x", facts.height, " pixels, expected at most ", kMaxImageSide,
              " a side; make it smaller");
}

}  // namespace

ImageFacts read_image_facts(std::span<const std::byte> bytes) {
  const FileKind kind = kind_of(bytes);
  if (kind == FileKind::kOther) {
    ImageFacts facts;
    facts.refusal = describe_other_kind(bytes);
    return facts;
  }
  ImageFacts facts = kind == FileKind::kJpeg ? examine_jpeg(bytes) : examine_png(bytes);
  if (facts.refusal.empty()) facts.refusal = why_too_large(facts);
  return facts;
}

}  // namespace mininas
