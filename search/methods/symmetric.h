// Linear algebra for small symmetric matrices in double, for methods with a statistical model. Plain loops in a fixed
// order give the same bits on every instruction set; vectorised sums would not.
#pragma once
#include <vector>

namespace mininas {

using Matrix = std::vector<std::vector<double>>;

// Lower triangular L with L L^T = `matrix`. Throws ConfigError if the matrix is not positive definite.
Matrix cholesky(const Matrix& matrix);
// Solve L x = b and L^T x = b.
std::vector<double> solve_lower(const Matrix& lower, std::vector<double> b);
std::vector<double> solve_upper(const Matrix& lower, std::vector<double> b);

// Eigenvalues, and eigenvectors as columns, by Jacobi's cyclic rotations.
struct EigenPairs {
  std::vector<double> values;
  Matrix vectors;
};
EigenPairs eigen_pairs(Matrix matrix);

// `matrix` with every eigenvalue below `least` raised to `least`.
Matrix raise_eigenvalues(const Matrix& matrix, double least);

double dot(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace mininas
