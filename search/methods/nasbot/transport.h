// Optimal transport between two discrete distributions: an exact solution of the transportation problem.
#pragma once
#include <vector>

namespace mininas::nasbot {

// Returns the smallest sum of flow * cost over all flows >= 0 whose rows sum to `supply` and whose columns sum to
// `demand`.
//   cost[i][j] >= 0: the cost of moving one unit from row i to column j
// Requires supply and demand >= 0 with equal sums (up to rounding). The algorithm is successive shortest paths with
// potentials; for the sizes of NASBOT (at most about 60 x 60) it takes well below a millisecond. It gives the same bits
// on every machine, because it is a fixed sequence of scalar double operations.
double transport_cost(const std::vector<double>& supply, const std::vector<double>& demand,
                      const std::vector<std::vector<double>>& cost);

}  // namespace mininas::nasbot
