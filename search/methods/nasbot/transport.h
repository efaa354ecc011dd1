// Optimal transport between two discrete distributions: the transportation problem, solved exactly.
#pragma once
#include <vector>

namespace mininas::nasbot {

// The least sum of flow * cost over all flows >= 0 whose rows sum to `supply` and whose columns sum to `demand`.
//   cost[i][j] >= 0: what one unit from row i to column j costs
// Requires supply and demand >= 0 with equal sums (up to rounding). Successive shortest paths with potentials; for the
// sizes of NASBOT (at most about 60 x 60) well below a millisecond. The same bits on every machine: a fixed order of
// scalar double operations.
double transport_cost(const std::vector<double>& supply, const std::vector<double>& demand,
                      const std::vector<std::vector<double>>& cost);

}  // namespace mininas::nasbot
