// exp, log and cos that return the same bits on every machine; those of the C library differ between its versions.
// Additions, multiplications, divisions and exact scalings in double only; accurate to about one unit in the last place
// over the ranges that a training loop uses. Not optimised for speed: training makes a few calls per image.
#pragma once

namespace mininas {

double portable_exp(double x);  // 0 below -700, infinity above 700
double portable_log(double x);  // requires x > 0
double portable_cos(double x);  // requires |x| <= 1000
// The standard normal distribution: the probability of a value below x. Relative error below 1e-12 down to x = -35.
double portable_normal_cdf(double x);

}  // namespace mininas
