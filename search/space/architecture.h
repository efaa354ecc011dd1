// Architecture: which network, as a value. It has one of these forms, each with a one-line text that can be parsed
// back:
//   Chain             the paper's family: a width, and an operation and a kernel per layer; `w16:s3*5,c5`
//   Graph             any operations and branches; `graph: a=c3x16(image), b=s3x16(a), c=add(a,b)`
//   PublishedNetwork  a published network (nn/spec/named_networks.h); `mobilenetv2`
// Methods that search chains use Chain, methods that search graphs use Graph. Everything else, from the journal to the
// export, uses only this type and build_network_spec (search/space/build.h).
#pragma once
#include <string>
#include <utility>
#include <variant>

#include "search/space/chain.h"
#include "search/space/graph.h"

namespace mininas {

struct PublishedNetwork {
  std::string name;

  bool operator==(const PublishedNetwork&) const = default;
};

class Architecture {
 public:
  using Value = std::variant<Chain, Graph, PublishedNetwork>;

  Architecture() = default;  // a chain without layers, which is not a network
  Architecture(Chain chain) : value_(std::move(chain)) {}
  Architecture(Graph graph) : value_(std::move(graph)) {}
  Architecture(PublishedNetwork network) : value_(std::move(network)) {}

  const Value& value() const { return value_; }
  // nullptr if it has another form.
  template <class Form>
  const Form* as() const {
    return std::get_if<Form>(&value_);
  }
  // Requires that it is a chain. For methods that evaluate only chains.
  const Chain& chain() const;

  bool operator==(const Architecture&) const = default;

 private:
  Value value_;
};

std::string to_text(const Architecture& architecture);
// Throws ConfigError with the position (from 1) and the rule. parse_architecture(to_text(a)) == a for every valid
// architecture.
Architecture parse_architecture(const std::string& text);
// For lines that have to be short: the same, but "graph of 7 nodes" for a graph.
std::string short_text(const Architecture& architecture);
// The forms of the text, explained in a few lines for users.
std::string architecture_help();

}  // namespace mininas
