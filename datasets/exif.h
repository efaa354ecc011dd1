// The one entry of EXIF data that changes how an image looks: which way up the camera was held.
// Source: Exif 2.32 (CIPA DC-008), sections 4.5 and 4.6.4: a TIFF header, then a directory of 12-byte entries.
#pragma once
#include <cstddef>
#include <span>

namespace mininas {

// The orientation, 1 to 8 (datasets/image_facts.h); 1 where there is none, or where the data are damaged: every other
// reader shows such an image as it is stored. `tiff`: from the byte order mark "II" or "MM" on.
int exif_orientation(std::span<const std::byte> tiff);

}  // namespace mininas
