// F16: a vector of sixteen floats, the type that the kernels are written in. It consists of one, two or four of Eigen's
// packets, depending on the instruction set that the file is compiled for.
// Every lane is an independent output and every operation rounds once (multiply_add is fused everywhere, in software
// where the processor has no such instruction), so a kernel computes the same bits with every instruction set.
// Included only by core/kernels/*.cpp. These files are compiled once per instruction set, and everything here lives in
// a namespace named after that set (the Makefile renames Eigen in the same way). Otherwise the linker could keep one
// copy of an inline function for all sets, and a processor would meet instructions that it does not have.
#pragma once
#include <Eigen/Core>
#include <cmath>
#include <cstdint>

#define MN_INLINE inline __attribute__((always_inline))
// Kernels keep arrays of vectors in registers, which takes loops without a counter. Where each fused multiply-add is a
// call there is nothing to gain, and a third of the time to compile.
#if !defined(EIGEN_HAS_SINGLE_INSTRUCTION_MADD) && !defined(__aarch64__)
#define MN_UNROLL
#elif defined(__clang__)
#define MN_UNROLL _Pragma("unroll")
#else
#define MN_UNROLL _Pragma("GCC unroll 32")
#endif

namespace mininas::MN_ISA {

constexpr int kLanes = 16;
using Packet = Eigen::internal::packet_traits<float>::type;
constexpr int kPacketLanes = Eigen::internal::packet_traits<float>::size;
constexpr int kPackets = kLanes / kPacketLanes;

// a * b + c with one rounding.
#if defined(EIGEN_HAS_SINGLE_INSTRUCTION_MADD)
MN_INLINE Packet fma_packet(const Packet& a, const Packet& b, const Packet& c) {
  return Eigen::internal::pmadd(a, b, c);
}
#elif defined(__aarch64__)
MN_INLINE Packet fma_packet(const Packet& a, const Packet& b, const Packet& c) { return vfmaq_f32(c, a, b); }
#else
// Lane by lane, and never inlined: an unrolled kernel contains hundreds of these, which would make megabytes of code
// and take minutes to compile.
__attribute__((noinline)) inline Packet fma_packet(Packet a, Packet b, Packet c) {
  float x[kPacketLanes], y[kPacketLanes], z[kPacketLanes];
  Eigen::internal::pstoreu(x, a);
  Eigen::internal::pstoreu(y, b);
  Eigen::internal::pstoreu(z, c);
  for (int i = 0; i < kPacketLanes; ++i) z[i] = __builtin_fmaf(x[i], y[i], z[i]);
  return Eigen::internal::ploadu<Packet>(z);
}
#endif

// The packet type of a vector: eight lanes take half as many packets as sixteen, or one packet of half the width.
template <int kAll>
struct PacketsOf {
  using Type = Packet;
};
#ifdef __AVX512F__
template <>
struct PacketsOf<kLanes / 2> {
  using Type = Eigen::internal::Packet8f;
};
MN_INLINE Eigen::internal::Packet8f fma_packet(const Eigen::internal::Packet8f& a, const Eigen::internal::Packet8f& b,
                                               const Eigen::internal::Packet8f& c) {
  return Eigen::internal::pmadd(a, b, c);
}
#endif

template <int kAll>
struct Vector {
  using P = typename PacketsOf<kAll>::Type;
  static constexpr int kWidth = Eigen::internal::unpacket_traits<P>::size, kCount = kAll / kWidth;
  P part[kCount];

  static MN_INLINE Vector load(const float* p) {
    Vector v;
    MN_UNROLL for (int i = 0; i < kCount; ++i) v.part[i] = Eigen::internal::ploadu<P>(p + i * kWidth);
    return v;
  }
  static MN_INLINE Vector all(float value) {
    Vector v;
    MN_UNROLL for (int i = 0; i < kCount; ++i) v.part[i] = Eigen::internal::pset1<P>(value);
    return v;
  }
  static MN_INLINE Vector zero() { return all(0.0f); }

  MN_INLINE void store(float* p) const {
    MN_UNROLL for (int i = 0; i < kCount; ++i) Eigen::internal::pstoreu(p + i * kWidth, part[i]);
  }
  // A non-temporal store: writes past the caches, for memory that will not be read again shortly. Whole cache lines are
  // written, so their old content need not be fetched. Requires: p aligned to 64 bytes, and stream_fence() before
  // another thread reads the memory.
  MN_INLINE void stream(float* p) const {
#if defined(__AVX512F__)
    MN_UNROLL for (int i = 0; i < kCount; ++i) _mm512_stream_ps(p + i * kWidth, part[i]);
#elif defined(__AVX2__)
    MN_UNROLL for (int i = 0; i < kCount; ++i) _mm256_stream_ps(p + i * kWidth, part[i]);
#elif defined(__SSE2__)
    MN_UNROLL for (int i = 0; i < kCount; ++i) _mm_stream_ps(p + i * kWidth, part[i]);
#else
    store(p);
#endif
  }
  // Stores the first `count` lanes only. Requires: count >= 1.
  MN_INLINE void store_first(float* p, int count) const {
    if (count == kAll) return store(p);
#ifdef __AVX512F__
    if constexpr (kAll == kLanes)
      _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1u), part[0]);
    else
      _mm256_mask_storeu_ps(p, static_cast<__mmask8>((1u << count) - 1u), part[0]);
#else
    float lanes[kAll];
    store(lanes);
    for (int i = 0; i < count; ++i) p[i] = lanes[i];
#endif
  }
};
using F16 = Vector<kLanes>;
using F8 = Vector<kLanes / 2>;  // for the last columns of a product, where half the lanes of an F16 would be idle

MN_INLINE F16 operator+(const F16& a, const F16& b) {
  F16 v;
  MN_UNROLL for (int i = 0; i < kPackets; ++i) v.part[i] = Eigen::internal::padd(a.part[i], b.part[i]);
  return v;
}
MN_INLINE F16 operator-(const F16& a, const F16& b) {
  F16 v;
  MN_UNROLL for (int i = 0; i < kPackets; ++i) v.part[i] = Eigen::internal::psub(a.part[i], b.part[i]);
  return v;
}
MN_INLINE F16 operator*(const F16& a, const F16& b) {
  F16 v;
  MN_UNROLL for (int i = 0; i < kPackets; ++i) v.part[i] = Eigen::internal::pmul(a.part[i], b.part[i]);
  return v;
}
template <int kAll>
MN_INLINE Vector<kAll> multiply_add(const Vector<kAll>& a, const Vector<kAll>& b, const Vector<kAll>& c) {
  Vector<kAll> v;
  MN_UNROLL for (int i = 0; i < Vector<kAll>::kCount; ++i) v.part[i] = fma_packet(a.part[i], b.part[i], c.part[i]);
  return v;
}
// The first eight lanes.
MN_INLINE F8 half_of(const F16& v) {
#ifdef __AVX512F__
  return {{__builtin_shufflevector(v.part[0], v.part[0], 0, 1, 2, 3, 4, 5, 6,
                                   7)}};  // costs nothing: the lower half of the register
#else
  F8 half;
  MN_UNROLL for (int i = 0; i < F8::kCount; ++i) half.part[i] = v.part[i];
  return half;
#endif
}
// value where x > 0, else +0: the gradient through a ReLU whose input was x.
MN_INLINE F16 where_positive(const F16& x, const F16& value) {
  F16 v;
#ifdef __AVX512F__
  v.part[0] = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x.part[0], _mm512_setzero_ps(), _CMP_GT_OQ), value.part[0]);
#else
  MN_UNROLL for (int i = 0; i < kPackets; ++i) {
    const Packet zero = Eigen::internal::pset1<Packet>(0.0f);
    v.part[i] = Eigen::internal::pand(value.part[i], Eigen::internal::pcmp_lt(zero, x.part[i]));
  }
#endif
  return v;
}

// max(x, 0). The result is +0 where x is -0 or NaN.
MN_INLINE F16 relu(const F16& x) { return where_positive(x, x); }

// Completes all stream() stores before any memory access that follows.
MN_INLINE void stream_fence() {
#ifdef __SSE2__
  _mm_sfence();
#endif
}

template <class T>
MN_INLINE T smaller(T a, T b) {
  return a < b ? a : b;
}

// Calls body(first_channel, lanes) for each group of up to sixteen channels.
template <class Body>
MN_INLINE void for_channel_groups(int64_t channels, const Body& body) {
  for (int64_t c = 0; c < channels; c += kLanes) body(c, static_cast<int>(smaller<int64_t>(kLanes, channels - c)));
}

}  // namespace mininas::MN_ISA
