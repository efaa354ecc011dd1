#include "search/protocol.h"

#include "core/error.h"
#include "search/mini_nas.h"

namespace mininas {
namespace {

class MiniNasProtocol final : public Protocol {
 public:
  std::string name() const override { return "mini-nas"; }
  OptionFields fields() override { return option_fields(options_); }
  void validate() const override { mininas::validate(options_); }
  std::unique_ptr<SearchStrategy> make_strategy(const SearchContext& context) const override {
    return std::make_unique<MiniNas>(options_, context.validation_images);
  }

 private:
  MiniNasOptions options_;
};

}  // namespace

std::vector<std::string> protocol_names() { return {"mini-nas"}; }

std::unique_ptr<Protocol> make_protocol(const std::string& name) {
  if (name == "mini-nas") return std::make_unique<MiniNasProtocol>();
  std::string names;
  for (const std::string& known : protocol_names()) names += (names.empty() ? "" : ", ") + known;
  throw UsageError(text("--protocol ", name, ": there is no such protocol; there are: ", names));
}

}  // namespace mininas
