#include "mcu/host/cost/least_squares.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace mininas {
namespace {

constexpr int kMaxSweeps = 200000;
constexpr double kTolerance = 1e-10;  // of the largest change in a sweep, relative to the largest unknown

using Matrix = std::vector<std::vector<double>>;

// A^T A and A^T b, with the columns of A scaled to length 1.
struct NormalEquations {
  Matrix products;
  std::vector<double> right, lengths;  // lengths of the columns; 0 for a column of zeros
};

double dot(const Matrix& rows, size_t a, size_t b) {
  double sum = 0;
  for (const auto& row : rows) sum += row[a] * row[b];
  return sum;
}

NormalEquations normal_equations(const Matrix& rows, const std::vector<double>& right) {
  const size_t count = rows.empty() ? 0 : rows.front().size();
  NormalEquations normal{Matrix(count, std::vector<double>(count, 0.0)), std::vector<double>(count, 0.0),
                         std::vector<double>(count, 0.0)};
  for (size_t i = 0; i < count; ++i) normal.lengths[i] = std::sqrt(dot(rows, i, i));
  for (size_t i = 0; i < count; ++i) {
    if (normal.lengths[i] == 0) continue;
    for (size_t j = 0; j < count; ++j)
      if (normal.lengths[j] > 0) normal.products[i][j] = dot(rows, i, j) / (normal.lengths[i] * normal.lengths[j]);
    for (size_t row = 0; row < rows.size(); ++row) normal.right[i] += rows[row][i] * right[row];
    normal.right[i] /= normal.lengths[i];
  }
  return normal;
}

}  // namespace

std::vector<double> non_negative_least_squares(const Matrix& rows, const std::vector<double>& right) {
  MN_CHECK(rows.size() == right.size(), rows.size(), " rows, ", right.size(), " values");
  const NormalEquations normal = normal_equations(rows, right);
  const size_t count = normal.right.size();
  std::vector<double> x(count, 0.0);
  std::vector<double> residual = normal.right;  // A^T (b - A x)
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    double largest_change = 0, largest = 0;
    for (size_t i = 0; i < count; ++i) {
      if (normal.lengths[i] == 0) continue;
      const double best = std::max(0.0, x[i] + residual[i]), change = best - x[i];
      x[i] = best;
      for (size_t j = 0; j < count; ++j) residual[j] -= change * normal.products[i][j];
      largest_change = std::max(largest_change, std::abs(change));
      largest = std::max(largest, best);
    }
    if (largest_change <= kTolerance * largest) break;
  }
  for (size_t i = 0; i < count; ++i)
    if (normal.lengths[i] > 0) x[i] /= normal.lengths[i];
  return x;
}

}  // namespace mininas
