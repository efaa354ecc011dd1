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
#include <functional>

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

class MacroMicro final : public GreedySearch {
 public:
  using CountParameters = std::function<int64_t(const Architecture&)>;  // pure
  MacroMicro(const MacroMicroOptions& options, int64_t score_images, CountParameters count);

  int most_left() const override;
  std::string rule(const std::string& stage) const override;
  std::vector<Architecture> finals() const override;

 private:
  std::optional<Candidate> propose() override;
  Decision judge(const Trial& trial) override;
  void begin_stage() override;

  std::optional<Candidate> propose_micro();
  // `changed` at the macro width, narrowed channel by channel until it is small enough; nullopt where it cannot be.
  std::optional<Architecture> shrunk(Architecture changed) const;

  Decision judge_depth(const Trial& trial);
  Decision judge_width(const Trial& trial);
  Decision judge_reference(const Trial& trial);
  Decision judge_change(const Trial& trial);

  const MacroMicroOptions options_;
  const CountParameters count_;
  int epochs_ = 0;           // of the last candidate of the macro stages
  int failures_ = 0;         // counted by the running stage's rule
  int macro_width_ = 0;      // 0: the macro stages are not over
  bool referenced_ = false;  // the macro network has its brief training
  int64_t size_limit_ = 0;   // parameters, of the running micro stage
};

}  // namespace mininas
