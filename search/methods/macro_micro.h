// Macro-micro: the author's third public search (EMM), which trains small networks for few epochs. Two macro stages
// find depth and width, two micro stages find operations and kernels in the same number of parameters.
//   depth      a layer and an epoch more each time; near-ties count for nothing, some failures are tolerated
//   width      narrower, and longer trained, each time; the reference moves with every network that is no worse
//   operation  the macro network is trained once more, briefly, as the reference; then layer by layer a standard
//              convolution, with the width shrunk until the network is no larger than the macro network and a slack;
//              kept where better
//   kernel     the same with larger kernels, against the size of the network that the operation stage ended with
// The network that is trained in the end has the operations and kernels found, at the macro width.
#pragma once
#include "search/methods/greedy.h"

namespace mininas {

struct MacroMicroOptions : GreedyOptions {
  MacroMicroOptions();           // as published for CIFAR-10, start width 64
  int depth_epochs = 1;          // more for each further depth
  int width_epochs = 2;          // more for each further width
  int micro_epochs = 2;          // of each candidate of the micro stages
  int depth_failures = 2;        // tolerated since the last deeper network was kept
  int width_failures = 2;        // tolerated in a row
  int size_slack = 10000;        // parameters that a change may cost once the width has been shrunk
  bool keep_macro_width = true;  // of the final network
};

OptionFields option_fields(MacroMicroOptions& options);
void validate(const MacroMicroOptions& options);

// Requires valid options.
Found macro_micro(Session& session, const MacroMicroOptions& options);
// The rule of a stage in a paragraph, with the values of the options: for people.
std::string macro_micro_rule(const MacroMicroOptions& options, const std::string& stage);

}  // namespace mininas
