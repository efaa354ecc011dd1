#include "datasets/image_files.h"

#include <cstring>

#include "core/io/file.h"
#include "core/parallel.h"
#include "datasets/resize.h"

namespace mininas {

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
