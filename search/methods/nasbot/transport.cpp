#include "search/methods/nasbot/transport.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace mininas::nasbot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Rows are nodes 0 to rows - 1, columns follow. There is an edge from every row to every column, and a reverse edge
// wherever mass flows.
class Transport {
 public:
  Transport(const std::vector<double>& supply, const std::vector<double>& demand,
            const std::vector<std::vector<double>>& cost)
      : cost_(cost),
        supply_(supply),
        demand_(demand),
        flow_(supply.size(), std::vector<double>(demand.size(), 0.0)),
        potential_(supply.size() + demand.size(), 0.0),
        negligible_(1e-13 * std::accumulate(supply.begin(), supply.end(), 0.0)) {}

  double solve() {
    for (size_t row = 0; row < supply_.size(); ++row)
      while (supply_[row] > negligible_ && send_along_shortest_path(row)) continue;
    double sum = 0.0;
    for (size_t row = 0; row < supply_.size(); ++row)
      for (size_t column = 0; column < demand_.size(); ++column)
        if (flow_[row][column] > 0.0) sum += flow_[row][column] * cost_[row][column];
    return sum;
  }

 private:
  size_t rows() const { return supply_.size(); }
  bool is_row(size_t node) const { return node < rows(); }

  // The cost of the edge minus the difference of its potentials, which is never negative; infinite if there is no edge.
  double reduced_cost(size_t from, size_t to) const {
    if (is_row(from) == is_row(to)) return kInfinity;
    if (is_row(from)) return std::max(0.0, cost_[from][to - rows()] + potential_[from] - potential_[to]);
    return flow_[to][from - rows()] > 0.0 ? std::max(0.0, -cost_[to][from - rows()] + potential_[from] - potential_[to])
                                          : kInfinity;
  }

  // Dijkstra's algorithm from `row` to the nearest column with demand left, which it returns; the number of nodes if
  // there is none. Fills distance_ and previous_.
  size_t find_path(size_t row) {
    const size_t nodes = potential_.size();
    distance_.assign(nodes, kInfinity);
    previous_.assign(nodes, nodes);
    std::vector<bool> done(nodes, false);
    distance_[row] = 0.0;
    for (;;) {
      size_t nearest = nodes;
      for (size_t node = 0; node < nodes; ++node)
        if (!done[node] && distance_[node] < kInfinity && (nearest == nodes || distance_[node] < distance_[nearest]))
          nearest = node;
      if (nearest == nodes) return nodes;
      if (!is_row(nearest) && demand_[nearest - rows()] > negligible_) return nearest;
      done[nearest] = true;
      for (size_t node = 0; node < nodes; ++node) relax(nearest, node);
    }
  }

  void relax(size_t from, size_t to) {
    const double through = distance_[from] + reduced_cost(from, to);
    if (through >= distance_[to]) return;
    distance_[to] = through;
    previous_[to] = from;
  }

  // Sends as much as possible from `row`. Returns false if no column has demand left; the rest is rounding.
  bool send_along_shortest_path(size_t row) {
    const size_t end = find_path(row);
    if (end == potential_.size()) return false;
    double amount = std::min(supply_[row], demand_[end - rows()]);
    for (size_t node = end; node != row; node = previous_[node])
      if (is_row(node)) amount = std::min(amount, flow_[node][previous_[node] - rows()]);
    for (size_t node = end; node != row; node = previous_[node]) add_flow(previous_[node], node, amount);
    supply_[row] -= amount;
    demand_[end - rows()] -= amount;
    for (size_t node = 0; node < potential_.size(); ++node)
      potential_[node] += std::min(distance_[node], distance_[end]);
    return true;
  }

  void add_flow(size_t from, size_t to, double amount) {
    if (is_row(from)) {
      flow_[from][to - rows()] += amount;
      return;
    }
    double& back = flow_[to][from - rows()];
    back -= amount;
    if (back < negligible_) back = 0.0;
  }

  const std::vector<std::vector<double>>& cost_;
  std::vector<double> supply_, demand_;  // the amounts that are left
  std::vector<std::vector<double>> flow_;
  std::vector<double> potential_;
  const double negligible_;
  std::vector<double> distance_;
  std::vector<size_t> previous_;
};

}  // namespace

double transport_cost(const std::vector<double>& supply, const std::vector<double>& demand,
                      const std::vector<std::vector<double>>& cost) {
  return Transport(supply, demand, cost).solve();
}

}  // namespace mininas::nasbot
