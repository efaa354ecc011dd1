#include "search/methods/symmetric.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace mininas {
namespace {

constexpr int kMaxSweeps = 60;
constexpr double kNegligible = 1e-30;  // sum of the off-diagonal squares, relative to all squares

Matrix identity(size_t n) {
  Matrix matrix(n, std::vector<double>(n, 0.0));
  for (size_t i = 0; i < n; ++i) matrix[i][i] = 1.0;
  return matrix;
}

// Rotates rows and columns p and q so that element (p, q) becomes 0.
void rotate(Matrix& a, Matrix& vectors, size_t p, size_t q) {
  if (a[p][q] == 0.0) return;
  const double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
  const double t = (theta >= 0 ? 1.0 : -1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
  const double c = 1.0 / std::sqrt(t * t + 1.0), s = t * c;
  for (size_t k = 0; k < a.size(); ++k) {
    const double kp = a[k][p], kq = a[k][q];
    a[k][p] = c * kp - s * kq;
    a[k][q] = s * kp + c * kq;
  }
  for (size_t k = 0; k < a.size(); ++k) {
    const double pk = a[p][k], qk = a[q][k];
    a[p][k] = c * pk - s * qk;
    a[q][k] = s * pk + c * qk;
  }
  for (auto& row : vectors) {
    const double kp = row[p], kq = row[q];
    row[p] = c * kp - s * kq;
    row[q] = s * kp + c * kq;
  }
}

bool is_diagonal(const Matrix& a) {
  double all = 0, beside = 0;
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < a.size(); ++j) {
      all += a[i][j] * a[i][j];
      if (i != j) beside += a[i][j] * a[i][j];
    }
  return beside <= kNegligible * all;
}

}  // namespace

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Matrix cholesky(const Matrix& matrix) {
  Matrix lower(matrix.size(), std::vector<double>(matrix.size(), 0.0));
  for (size_t i = 0; i < matrix.size(); ++i)
    for (size_t j = 0; j <= i; ++j) {
      double rest = matrix[i][j];
      for (size_t k = 0; k < j; ++k) rest -= lower[i][k] * lower[j][k];
      if (i == j && !(rest > 0.0)) throw ConfigError("the matrix is not positive definite");
      lower[i][j] = i == j ? std::sqrt(rest) : rest / lower[j][j];
    }
  return lower;
}

std::vector<double> solve_lower(const Matrix& lower, std::vector<double> b) {
  for (size_t i = 0; i < b.size(); ++i) {
    for (size_t k = 0; k < i; ++k) b[i] -= lower[i][k] * b[k];
    b[i] /= lower[i][i];
  }
  return b;
}

std::vector<double> solve_upper(const Matrix& lower, std::vector<double> b) {
  for (size_t i = b.size(); i-- > 0;) {
    for (size_t k = i + 1; k < b.size(); ++k) b[i] -= lower[k][i] * b[k];
    b[i] /= lower[i][i];
  }
  return b;
}

EigenPairs eigen_pairs(Matrix matrix) {
  EigenPairs pairs{{}, identity(matrix.size())};
  for (int sweep = 0; sweep < kMaxSweeps && !is_diagonal(matrix); ++sweep)
    for (size_t p = 0; p < matrix.size(); ++p)
      for (size_t q = p + 1; q < matrix.size(); ++q) rotate(matrix, pairs.vectors, p, q);
  for (size_t i = 0; i < matrix.size(); ++i) pairs.values.push_back(matrix[i][i]);
  return pairs;
}

Matrix raise_eigenvalues(const Matrix& matrix, double least) {
  const EigenPairs pairs = eigen_pairs(matrix);
  Matrix raised = matrix;
  for (size_t i = 0; i < matrix.size(); ++i)
    for (size_t j = 0; j < matrix.size(); ++j) {
      raised[i][j] = 0;
      for (size_t k = 0; k < matrix.size(); ++k)
        raised[i][j] += std::max(least, pairs.values[k]) * pairs.vectors[i][k] * pairs.vectors[j][k];
    }
  return raised;
}

}  // namespace mininas
