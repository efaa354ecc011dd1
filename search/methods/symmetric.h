// Linear algebra of small symmetric matrices in double, for methods that keep a model of what they have seen. Plain
// loops in a fixed order: the same bits on every instruction set, which vectorised sums would not give.
#pragma once
#include <vector>

namespace mininas {

using Matrix = std::vector<std::vector<double>>;

// Lower triangle L with L L^T = `matrix`. Throws ConfigError where the matrix is not positive definite.
Matrix cholesky(const Matrix& matrix);
// Solves L x = b and L^T x = b.
std::vector<double> solve_lower(const Matrix& lower, std::vector<double> b);
std::vector<double> solve_upper(const Matrix& lower, std::vector<double> b);

// Eigenvalues, and eigenvectors as columns, by Jacobi's cyclic rotations.
struct EigenPairs {
  std::vector<double> values;
  Matrix vectors;
};
EigenPairs eigen_pairs(Matrix matrix);

// `matrix` with every eigenvalue below `least` raised to it.
Matrix raise_eigenvalues(const Matrix& matrix, double least);

double dot(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace mininas
