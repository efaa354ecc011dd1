// Non-negative least squares: the x >= 0 that brings A x closest to b, since instruction counts are sums of costs that
// cannot be negative. Uses coordinate descent on the normal equations, in double and in a fixed order, so the bits are
// the same everywhere. For tens of unknowns.
#pragma once
#include <vector>

namespace mininas {

// `rows` are the rows of A, all of equal length; `right` is b, one value per row. Columns may be zero or multiples of
// each other: such an unknown shares its value with the others or stays 0. Requires rows.size() == right.size().
std::vector<double> non_negative_least_squares(const std::vector<std::vector<double>>& rows,
                                               const std::vector<double>& right);

}  // namespace mininas
