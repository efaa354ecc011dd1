// Macro-micro: the author's third public search (EMM), which trains small networks for few epochs. Two macro stages
// find depth and width, two micro stages find operations and kernels at the same number of parameters.
//   depth      one more layer and more epochs each time; near-ties are ignored, and some failures are tolerated
//   width      narrower networks, trained longer each time; the reference moves to every network that is no worse
//   operation  the macro network is trained again for few epochs, as the reference. Then, layer by layer, a standard
//              convolution is tried, with the width shrunk until the network is no larger than the macro network plus
//              a slack; it is kept if it is better
//   kernel     the same with larger kernels, and with the size of the network at the end of the operation stage
// The final network has the operations and kernels that were found, at the width of the macro stages.
#pragma once
#include "search/methods/greedy.h"

namespace mininas {

struct MacroMicroOptions : GreedyOptions {
  MacroMicroOptions();           // as published for CIFAR-10, with start width 64
  int depth_epochs = 1;          // added for each further depth
  int width_epochs = 2;          // added for each further width
  int micro_epochs = 2;          // of each candidate of the micro stages
  int depth_failures = 2;        // tolerated since a deeper network was last kept
  int width_failures = 2;        // tolerated in a row
  int size_slack = 10000;        // parameters that a change may add after the width has been shrunk
  bool keep_macro_width = true;  // of the final network
};

OptionFields option_fields(MacroMicroOptions& options);
void validate(const MacroMicroOptions& options);

// Requires valid options.
SearchResult macro_micro(Session& session, const MacroMicroOptions& options);
// A paragraph for users: the rule of a stage, with the values of the options.
std::string macro_micro_rule(const MacroMicroOptions& options, const std::string& stage);

}  // namespace mininas
