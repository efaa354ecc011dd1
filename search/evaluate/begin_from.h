// Training that begins with the weights of a finished network, for other images or more classes. Layers go on with what
// they learned; each class goes on with its own row of the classifier, found by its name, and a new class gets a fresh
// row: the last layer grows.
#pragma once
#include "nn/weights/model_file.h"
#include "search/space/architecture.h"

namespace mininas {

// A network of `architecture` for `images` that begins with what `parent`, of `parent_architecture`, has learned; `rng`
// draws what is new. Of another architecture it inherits as a candidate does (search/evaluate/warm_start.h). Throws
// ConfigError where it cannot, or where the images have another number of channels.
Network begin_from(const NamedNetwork& parent, const Architecture& parent_architecture,
                   const Architecture& architecture, const ImageSet& images, const Rng& rng);

}  // namespace mininas
