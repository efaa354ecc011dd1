#include "search/evaluate/begin_from.h"

#include <algorithm>

#include "core/error.h"
#include "nn/weights/morphism.h"
#include "search/evaluate/inherit_by_name.h"
#include "search/evaluate/warm_start.h"
#include "search/space/build.h"

namespace mininas {
namespace {

// Where each of the images' classes stands among those of the parent.
ChannelMap map_of_classes(const std::vector<std::string>& names, const std::vector<std::string>& known) {
  ChannelMap map;
  for (const std::string& name : names) {
    const auto place = std::find(known.begin(), known.end(), name);
    map.push_back(place == known.end() ? kNewChannel : static_cast<int>(place - known.begin()));
  }
  return map;
}

// The parent's own architecture for the images' classes.
Network with_classes_of(const ImageSet& images, const NamedNetwork& parent, const Architecture& architecture,
                        const Rng& rng) {
  const NetworkSpec spec = build_network_spec(architecture, images.shape, images.classes());
  const PixelScale pixels = parent.network.pixel_scale();
  Network child(spec, pixels, rng), drawn(spec, pixels, rng);
  inherit_by_name(child, parent.network);
  const LayerWeights& old = parent.network.layers().back();
  LayerWeights& classifier = child.layers().back();
  const ChannelMap classes = map_of_classes(images.class_names, parent.class_names);
  classifier.weight.value = std::move(drawn.layers().back().weight.value);
  classifier.bias.value = std::move(drawn.layers().back().bias.value);
  inherit_conv(old.weight.value, all_channels(static_cast<int>(old.weight.value.shape().c)), classes,
               classifier.weight.value);
  inherit_bias(old, classes, classifier);
  return child;
}

}  // namespace

Network begin_from(const NamedNetwork& parent, const Architecture& parent_architecture,
                   const Architecture& architecture, const ImageSet& images, const Rng& rng) {
  const int channels = parent.network.spec().input().channels;
  if (channels != images.shape.channels)
    throw ConfigError(
        text("a network for images of ", channels, " channels cannot begin on images of ", images.shape.channels));
  Network same = with_classes_of(images, parent, parent_architecture, rng);
  if (architecture == parent_architecture) return same;
  if (!can_inherit(architecture, parent_architecture))
    throw ConfigError(text(to_text(architecture), " cannot begin with the weights of ", to_text(parent_architecture),
                           ": a chain inherits from a shallower or equally deep chain, a graph from a graph"));
  Network child(build_network_spec(architecture, images.shape, images.classes()), parent.network.pixel_scale(), rng);
  inherit_weights(child, architecture, same, parent_architecture, images);
  return child;
}

}  // namespace mininas
