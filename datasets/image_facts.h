// What an image file says of itself, read without decoding it: size, channels, which way up it is, and whether it is
// whole. Checks that the decoder does not make are made here; the decoder rejects other damaged files itself.
#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace mininas {

struct ImageFacts {
  int height = 0, width = 0;  // as stored, before `orientation` turns it
  int channels = 3;           // 1: the file stores grey, with or without transparency
  // EXIF tag 0x0112, 1 to 8. 1: as stored; 2: mirrored; 3: turned by 180 degrees; 4: 3 mirrored; 6: to be turned
  // clockwise by 90 degrees, as phones held upright note; 8: counter-clockwise; 5 and 7: mirrored and turned.
  int orientation = 1;
  // Why the file must not be decoded, as what follows its name in an error; empty where it may.
  std::string refusal;

  bool turns_sides() const { return orientation >= 5; }
  int upright_height() const { return turns_sides() ? width : height; }
  int upright_width() const { return turns_sides() ? height : width; }
};

// `bytes`: a complete file. Never throws.
ImageFacts read_image_facts(std::span<const std::byte> bytes);

}  // namespace mininas
