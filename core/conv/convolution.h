// Convolutions and their gradients: standard (including pointwise and fully connected) and depthwise; float32, NHWC,
// symmetric padding. core/reference/convolution.h defines them. The functions here check shapes and divide the work
// into tasks that depend on shapes alone; the kernels (core/kernels) do the arithmetic. A layer is computed in bands of
// rows: a band of the padded input is copied into a small buffer that stays in cache, and one kernel call computes the
// band's output. Results do not depend on threads or on the instruction set.
#pragma once
#include <cstdint>

#include "core/tensor.h"

namespace mininas {

// Every extent of a convolution. Padding is (kernel - 1) / 2 on each side.
struct ConvGeometry {
  int64_t batch = 1, in_h = 1, in_w = 1, in_c = 1, out_c = 1;
  int kernel = 1;  // odd
  int stride = 1;

  int64_t padding() const { return (kernel - 1) / 2; }
  int64_t out_h() const { return (in_h + 2 * padding() - kernel) / stride + 1; }
  int64_t out_w() const { return (in_w + 2 * padding() - kernel) / stride + 1; }
  Shape input() const { return {batch, in_h, in_w, in_c}; }
  Shape output() const { return {batch, out_h(), out_w(), out_c}; }
  Shape weight() const { return {out_c, kernel, kernel, in_c}; }        // OHWI
  Shape depthwise_weight() const { return {1, kernel, kernel, in_c}; }  // 1HWC; requires in_c == out_c
};

// The geometry of a convolution of `x` with `weight` (OHWI or 1HWC). Throws ConfigError where the shapes do not fit.
ConvGeometry conv_geometry(const Shape& x, const Shape& weight, int stride);
ConvGeometry depthwise_geometry(const Shape& x, const Shape& weight, int stride);

//   x [n,h,w,c], weight [oc,k,k,c]  ->  y [n,oh,ow,oc]
Tensor conv2d(const ConvGeometry& g, const Tensor& x, const Tensor& weight);
//   dy [n,oh,ow,oc], weight  ->  dx [n,h,w,c]
Tensor conv2d_input_gradient(const ConvGeometry& g, const Tensor& dy, const Tensor& weight);
//   x, dy  ->  dweight [oc,k,k,c]
Tensor conv2d_weight_gradient(const ConvGeometry& g, const Tensor& x, const Tensor& dy);

//   x [n,h,w,c], weight [1,k,k,c]  ->  y [n,oh,ow,c]; kernel 1, 3, 5 or 7
Tensor depthwise(const ConvGeometry& g, const Tensor& x, const Tensor& weight);
Tensor depthwise_input_gradient(const ConvGeometry& g, const Tensor& dy, const Tensor& weight);
Tensor depthwise_weight_gradient(const ConvGeometry& g, const Tensor& x, const Tensor& dy);

}  // namespace mininas
