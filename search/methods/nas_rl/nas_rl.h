// NAS-RL (Zoph, Le: "Neural Architecture Search with Reinforcement Learning", ICLR 2017): a recurrent controller writes
// networks and learns by their accuracy which ones to write.
//   1. Have the controller write `together` networks of as many layers as it is the time for: `first-layers`, and one
//      more every `layer-every` candidates up to `most-layers`.
//   2. Train them. A network's reward is the best validation accuracy of its last `reward-epochs` epochs, cubed.
//   3. One step of REINFORCE; the baseline is a moving average of the rewards before.
//   4. From 1 again, until `candidates` have been trained. The best of all is found.
// A layer reads the layers that its anchor point chose, concatenated; without any it reads the image. What no layer
// reads is concatenated in front of the classifier. --rate 0 freezes the controller: the control that it must beat.
// Not as published: one controller instead of a hundred; where sizes differ, the larger map is pooled instead of the
// smaller one padded; what search/methods/graph_writer.h says.
#pragma once
#include "search/methods/nas_rl/controller.h"
#include "search/methods/session.h"
#include "search/record/options.h"
#include "search/space/graph.h"

namespace mininas {

struct NasRlOptions {
  nas_rl::TokenChoices choices{.kernels = {1, 3, 5}, .filters = {8, 12, 16, 24}};
  nas_rl::ControllerSettings controller{.learning_rate = 1e-2};
  int first_layers = 3, most_layers = 6, layer_every = 40;
  int together = 4;
  int reward_epochs = 1;
  int candidates = 160;
  int epochs = 2;  // of each
};

OptionFields option_fields(NasRlOptions& options);
void validate(const NasRlOptions& options);  // throws ConfigError
NasRlOptions published_nas_rl_options();

// Requires valid options.
SearchResult nas_rl_search(Session& session, const NasRlOptions& options);

namespace nas_rl {

Graph to_graph(const Description& description, const ImageShape& image);

}  // namespace nas_rl
}  // namespace mininas
