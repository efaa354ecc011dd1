// Non-negative least squares: the x >= 0 that brings A x nearest to b. A count of instructions is a sum of costs, and
// no cost is negative. By coordinate descent on the normal equations, in double and in a fixed order: the same bits
// everywhere. For tens of unknowns.
#pragma once
#include <vector>

namespace mininas {

// `rows`: A, row by row, all of one length; `right`: b, one a row. Columns may be multiples of each other or zero: such
// an unknown shares with the others or stays 0. Requires as many rows as values on the right.
std::vector<double> non_negative_least_squares(const std::vector<std::vector<double>>& rows,
                                               const std::vector<double>& right);

}  // namespace mininas
