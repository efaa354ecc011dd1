#include "datasets/image_files.h"

#include <cstring>

#include "core/io/file.h"
#include "core/parallel.h"
#include "datasets/resize.h"

namespace mininas {

bool has_image_name(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

std::vector<uint8_t> load_image_bytes(const std::filesystem::path& path, const ImageShape& shape) {
  std::vector<uint8_t> pixels = resize_image(load_image_file(path), shape.height, shape.width).pixels;
  if (shape.channels == 3) return pixels;
  // The weights of ITU-R BT.601, in 256ths.
  for (size_t i = 0; 3 * i < pixels.size(); ++i)
    pixels[i] =
        static_cast<uint8_t>((77 * pixels[3 * i] + 150 * pixels[3 * i + 1] + 29 * pixels[3 * i + 2] + 128) / 256);
  pixels.resize(static_cast<size_t>(shape.size()));
  return pixels;
}

ColourImage load_image_file(const std::filesystem::path& path) {
  return decode_image(read_file(path, kMaxImageFileBytes), path.string());
}

ImageSet load_image_files(const ImageListing& listing, const ImageSize& size) {
  ImageSet images =
      allocate_images({size.height, size.width, 3}, listing.class_names, static_cast<int64_t>(listing.files.size()));
  images.labels = listing.labels;
  parallel_for(images.count(), [&](int64_t i) {
    const ColourImage image =
        resize_image(load_image_file(listing.files[static_cast<size_t>(i)]), size.height, size.width);
    std::memcpy(images.pixels.data() + i * images.shape.size(), image.pixels.data(), image.pixels.size());
  });
  return images;
}

}  // namespace mininas
