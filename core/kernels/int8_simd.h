// I16: a vector of sixteen int32 values, the type that the integer kernels are written in (F16 of simd.h is its float
// counterpart). It is built on the vector extensions that g++ and clang++ share. Intrinsics appear only in dot4, which
// takes most of the time, in the high half of a product, and in the conversions from and to bytes, which the compilers
// would do lane by lane.
// Included only by core/kernels/int8_*.cpp, for the reason that simd.h gives.
#pragma once
#include <cstring>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "core/kernels/int8.h"
#include "core/kernels/simd.h"

namespace mininas::MN_ISA {

using IntPacket = int32_t __attribute__((vector_size(sizeof(Packet))));
using UnsignedPacket = uint32_t __attribute__((vector_size(sizeof(Packet))));
using ShortPacket = int16_t __attribute__((vector_size(sizeof(Packet))));

#if !defined(__AVX512VNNI__)
// Per lane: the sum of the two products of int16 halves. Exact, unlike the instruction for bytes (vpmaddubsw), which
// saturates.
MN_INLINE IntPacket two_products(ShortPacket a, ShortPacket b) {
#if defined(__AVX512BW__)
  return reinterpret_cast<IntPacket>(_mm512_madd_epi16(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<IntPacket>(_mm256_madd_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
  return reinterpret_cast<IntPacket>(_mm_madd_epi16(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
  const auto x = reinterpret_cast<IntPacket>(a), y = reinterpret_cast<IntPacket>(b);
  return ((x << 16) >> 16) * ((y << 16) >> 16) + (x >> 16) * (y >> 16);
#endif
}

// Adds modulo 2^32: a bias that includes the zero point's term may lie outside the int32 range by itself, although the
// complete sum does not.
MN_INLINE IntPacket wrapping_add(IntPacket a, IntPacket b) {
  return reinterpret_cast<IntPacket>(reinterpret_cast<UnsignedPacket>(a) + reinterpret_cast<UnsignedPacket>(b));
}
#endif

// sum + the four products of each lane: unsigned bytes times signed bytes.
MN_INLINE IntPacket dot4(IntPacket sum, IntPacket bytes, IntPacket weights) {
#if defined(__AVX512VNNI__)
  return reinterpret_cast<IntPacket>(_mm512_dpbusd_epi32(
      reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(bytes), reinterpret_cast<__m512i>(weights)));
#else
  const auto w = reinterpret_cast<ShortPacket>(weights);
  const IntPacket even = bytes & 0x00ff00ff, odd = (bytes >> 8) & 0x00ff00ff;
  return wrapping_add(sum, two_products(reinterpret_cast<ShortPacket>(even), (w << 8) >> 8) +
                               two_products(reinterpret_cast<ShortPacket>(odd), w >> 8));
#endif
}

// mn_multiply_high of the device runtime, per lane.
MN_INLINE IntPacket multiply_high(IntPacket x, IntPacket multiplier) {
#if defined(__AVX2__)
  using LongPacket = int64_t __attribute__((vector_size(sizeof(Packet))));
  const auto product = [](LongPacket a, LongPacket b) {  // of the lower halves
#if defined(__AVX512F__)
    return reinterpret_cast<LongPacket>(
        _mm512_maskz_mul_epi32(0xff, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#else
    return reinterpret_cast<LongPacket>(_mm256_mul_epi32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#endif
  };
  constexpr int64_t kHalf = int64_t{1} << 30;
  const auto a = reinterpret_cast<LongPacket>(x), b = reinterpret_cast<LongPacket>(multiplier);
  const LongPacket even = (product(a, b) + kHalf) >> 31, odd = (product(a >> 32, b >> 32) + kHalf)
                                                               << 1;  // each result in its half
#if defined(__AVX512F__)
  return reinterpret_cast<IntPacket>(
      _mm512_mask_mov_epi32(reinterpret_cast<__m512i>(even), 0xaaaa, reinterpret_cast<__m512i>(odd)));
#else
  return reinterpret_cast<IntPacket>(
      _mm256_blend_epi32(reinterpret_cast<__m256i>(even), reinterpret_cast<__m256i>(odd), 0xaa));
#endif
#else
  IntPacket y;
  for (int i = 0; i < kPacketLanes; ++i)
    y[i] = static_cast<int32_t>((int64_t{x[i]} * multiplier[i] + (int64_t{1} << 30)) >> 31);
  return y;
#endif
}

// mn_rescale of the device runtime, per lane. The division by 2^s with ties away from zero takes fewer steps here:
// subtracting one from negative numbers turns the rule into "ties upwards", and floor((h + 2^(s - 1)) / 2^s) equals
// floor((floor(h / 2^(s - 1)) + 1) / 2), which cannot overflow.
MN_INLINE IntPacket rescale(IntPacket x, IntPacket multiplier, IntPacket right_shift) {
  const IntPacket high = multiply_high(x, multiplier), up = high + (high >> 31);
  const IntPacket nearly = up >> ((right_shift - 1) & 31);
  return right_shift != 0 ? (nearly + 1) >> 1 : high;
}

MN_INLINE IntPacket load_bytes(const uint8_t* p) {
#if defined(__AVX512F__)
  return reinterpret_cast<IntPacket>(
      _mm512_maskz_cvtepu8_epi32(0xffff, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
#elif defined(__AVX2__)
  return reinterpret_cast<IntPacket>(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
#else
  IntPacket x;
  for (int i = 0; i < kPacketLanes; ++i) x[i] = p[i];
  return x;
#endif
}

struct I16 {
  IntPacket part[kPackets];

  template <class Make>
  static MN_INLINE I16 of(const Make& make) {
    I16 v;
    MN_UNROLL for (int i = 0; i < kPackets; ++i) v.part[i] = make(i);
    return v;
  }
  static MN_INLINE I16 all(int32_t value) {
    return of([&](int) { return IntPacket{} + value; });
  }
  static MN_INLINE I16 load(const void* p) {
    return of([&](int i) {
      IntPacket packet;  // packet by packet: one memcpy of the whole struct would pass through memory
      std::memcpy(&packet, static_cast<const char*>(p) + i * static_cast<int>(sizeof packet), sizeof packet);
      return packet;
    });
  }
  // The same four bytes in every lane.
  static MN_INLINE I16 four_bytes(const uint8_t* p) {
    int32_t value;
    std::memcpy(&value, p, sizeof value);
    return all(value);
  }
  // Sixteen bytes, one per lane.
  static MN_INLINE I16 bytes(const uint8_t* p) {
    return of([&](int i) { return load_bytes(p + i * kPacketLanes); });
  }
  // Stores the first `count` lanes as bytes. Requires: 1 <= count <= 16, values in [0, 255].
  MN_INLINE void store_bytes(uint8_t* p, int count) const {
#if defined(__AVX512BW__)
    const __m128i packed = _mm512_maskz_cvtepi32_epi8(0xffff, reinterpret_cast<__m512i>(part[0]));
    if (count == kLanes)
      _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
    else
      _mm_mask_storeu_epi8(p, static_cast<__mmask16>((1u << count) - 1u), packed);
#else
    uint8_t all_lanes[kLanes];
#if defined(__AVX2__)
    const auto halves = _mm256_packs_epi32(reinterpret_cast<__m256i>(part[0]), reinterpret_cast<__m256i>(part[1]));
    const auto words =
        _mm256_permute4x64_epi64(halves, 0xd8);  // the instruction packs each half of a register on its own
    const __m128i packed = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    std::memcpy(all_lanes, &packed, sizeof packed);
#else
    for (int i = 0; i < kLanes; ++i) all_lanes[i] = static_cast<uint8_t>(part[i / kPacketLanes][i % kPacketLanes]);
#endif
    if (count == kLanes)
      std::memcpy(p, all_lanes, kLanes);
    else
      for (int i = 0; i < count; ++i) p[i] = all_lanes[i];
#endif
  }
};

MN_INLINE I16 operator+(const I16& a, const I16& b) {
  return I16::of([&](int i) { return a.part[i] + b.part[i]; });
}
MN_INLINE I16 operator-(const I16& a, const I16& b) {
  return I16::of([&](int i) { return a.part[i] - b.part[i]; });
}
MN_INLINE I16 dot4(const I16& sum, const I16& bytes, const I16& weights) {
  return I16::of([&](int i) { return dot4(sum.part[i], bytes.part[i], weights.part[i]); });
}
MN_INLINE I16 rescale(const I16& x, const I16& multiplier, const I16& right_shift) {
  return I16::of([&](int i) { return rescale(x.part[i], multiplier.part[i], right_shift.part[i]); });
}
MN_INLINE I16 clamp(const I16& x, const I16& low, const I16& high) {
  return I16::of([&](int i) {
    const IntPacket above = x.part[i] > low.part[i] ? x.part[i] : low.part[i];
    return above < high.part[i] ? above : high.part[i];
  });
}

// Converts the accumulators of sixteen channels to bytes.
struct ToBytes {
  I16 multiplier, right_shift, low, high, zero;

  MN_INLINE ToBytes(const Requantize& r, int64_t channel)
      : multiplier(I16::load(r.multiplier + channel)),
        right_shift(I16::load(r.right_shift + channel)),
        low(I16::all(r.low - r.zero_point)),
        high(I16::all(r.high - r.zero_point)),
        zero(I16::all(r.zero_point)) {}
  MN_INLINE void store(const I16& sum, uint8_t* p, int count) const {
    (clamp(rescale(sum, multiplier, right_shift), low, high) + zero).store_bytes(p, count);
  }
};

}  // namespace mininas::MN_ISA
