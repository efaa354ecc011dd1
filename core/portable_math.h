// exp, log and cos that give the same bits on every machine (those of the system's library differ between versions).
// Only additions, multiplications, divisions and exact scalings in double; accurate to about one unit in the last place
// over the ranges a training loop uses. Not for speed: a few calls an image.
#pragma once

namespace mininas {

double portable_exp(double x);  // 0 below -700, infinity above 700
double portable_log(double x);  // requires x > 0
double portable_cos(double x);  // requires |x| <= 1000
// Of the standard normal distribution: the probability of a value below x. Relative error below 1e-12 down to x = -35.
double portable_normal_cdf(double x);

}  // namespace mininas
