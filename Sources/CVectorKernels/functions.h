// Elementary functions on vectors.

// exp(x) for x <= 0, within 2 units in the last place; 0 where the result would be subnormal.
#if XAI_LANES == 16
// x = (n/16) ln 2 + r, |r| <= ln(2)/32, with ln 2 in two parts; exp(r) - 1 by its series to the third order, 2^(n/16) from a
// table of its sixteen fractions and the exponent. Adding 1.5·2^19 rounds to a sixteenth and leaves n in the low bits.
XAI_INLINE vf exponential(vf x) {
  const vf fractions = {1.0f,        1.04427378f, 1.09050773f, 1.13878863f, 1.18920712f, 1.24185781f,
                        1.29683955f, 1.35425555f, 1.41421356f, 1.47682615f, 1.54221083f, 1.61049033f,
                        1.68179283f, 1.75625216f, 1.83400809f, 1.91520656f};
  const vf shifter = (vf)(786432.0f);
  vf shifted = x * 1.44269504088896341f + shifter;
  vf n = shifted - shifter;
  vf r = n * -0.693359375f + x;
  r = n * 2.12194440e-4f + r;
  vf p = r * 0.166666667f + 0.5f;
  p = p * (r * r) + r;
  vf fraction = (vf)_mm512_permutexvar_ps(_mm512_castps_si512((__m512)shifted), (__m512)fractions);
  p = p * fraction + fraction;
  __mmask16 isLarge = _mm512_cmp_ps_mask((__m512)x, _mm512_set1_ps(-87.33654f), _CMP_NLT_UQ);
  return (vf)_mm512_maskz_scalef_ps(isLarge, (__m512)p, (__m512)n);
}
#else
// Cody and Waite's reduction x = n ln 2 + r, |r| <= ln(2)/2, with ln 2 in two parts; exp(r) by the polynomial of
// Moshier's Cephes library (expf); 2^n put together from its exponent. Adding 1.5·2^23 rounds to an integer and leaves
// it in the low bits of the sum, with no conversion whose result for NaN C leaves undefined.
XAI_INLINE vf exponential(vf x) {
  const vf shifter = (vf)(12582912.0f);
  vf shifted = x * 1.44269504088896341f + shifter;
  vf n = shifted - shifter;
  vf r = n * -0.693359375f + x;
  r = n * 2.12194440e-4f + r;
  vf p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  vi bits;
  __builtin_memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + (127 << 23);
  vf power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return x < -87.33654f ? (vf)(0.0f) : p * power;
}
#endif

// 1/x within a unit in the last place or two, for x of ordinary size: a division takes as long as ten multiplications,
// and Newton's step from the processor's estimate of 14 bits two.
XAI_INLINE vf reciprocal(vf x) {
#if XAI_LANES == 16
  vf estimate = (vf)_mm512_rcp14_ps((__m512)x);
  return estimate * (2.0f - x * estimate);
#else
  return 1.0f / x;
#endif
}

#if XAI_LANES == 16
// GELU and its gradient from polynomials in pieces (Scripts/gelu-tables.py): a third of the time of the functions below.
// GELU is within 5e-8·|x|, relative accuracy far in its tail being given up; its gradient within 1.5e-7.
#include "gelu_tables.h"

// Where |x| lies: the piece in the low bits, and the place within it, -1/2...1/2. NaN stays NaN.
typedef struct {
  vf size;
  vi piece;
  vf place;
} xai_gelu_place;

XAI_INLINE xai_gelu_place gelu_place(vf x) {
  xai_gelu_place at;
  vf size = (vf)_mm512_abs_ps((__m512)x);
  at.size = 5.99f < size ? (vf)(5.99f) : size;
  const vf shifter = (vf)(12582912.0f);
  vf scaled = at.size * (32.0f / 6.0f) - 0.5f;
  vf shifted = scaled + shifter;
  __builtin_memcpy(&at.piece, &shifted, sizeof at.piece);
  at.place = scaled - (shifted - shifter);
  return at;
}

XAI_INLINE vf gelu_look_up(const float coefficients[32], vi piece) {
  return (vf)_mm512_permutex2var_ps((__m512)load(coefficients), (__m512i)piece, (__m512)load(coefficients + 16));
}

XAI_INLINE vf gelu_piece(const float table[5][32], xai_gelu_place at) {
  vf value = gelu_look_up(table[4], at.piece);
#pragma clang loop unroll(full)
  for (int k = 3; k >= 0; k--) value = value * at.place + gelu_look_up(table[k], at.piece);
  return value;
}

XAI_INLINE vf gelu_from(vf x, xai_gelu_place at) {
  vf positive = (vf)(0.0f) > x ? (vf)(0.0f) : x;
  return positive - at.size * gelu_piece(gelu_tail_pieces, at);
}

XAI_INLINE vf gelu_slope_from(vf x, xai_gelu_place at) {
  vf slope = gelu_piece(gelu_slope_pieces, at);
  return x < 0.0f ? slope : 1.0f - slope;
}

XAI_INLINE vf gelu_of(vf x) { return gelu_from(x, gelu_place(x)); }

XAI_INLINE vf gelu_slope_of(vf x) { return gelu_slope_from(x, gelu_place(x)); }

// Φ(x): what GELU is short of x for positive x is |x|·Φ(−|x|).
XAI_INLINE vf gelu_ratio_of(vf x) {
  vf tail = gelu_piece(gelu_tail_pieces, gelu_place(x));
  return x < 0.0f ? tail : 1.0f - tail;
}

XAI_INLINE vf gelu_with_slope(vf x, vf *slope) {
  xai_gelu_place at = gelu_place(x);
  *slope = gelu_slope_from(x, at);
  return gelu_from(x, at);
}
#else
// The normal distribution's Φ(x), the error function in the form that GELU needs it: Φ(x) = (1 + erf(x/√2)) / 2.
//
// |x| < 1: Φ(x) = 1/2 + x·P(x²). Else Φ(−|x|) = exp(−x²/2)·t·R(t) with t = 1/(1 + 0.4 |x|), the form of Hastings
// (Abramowitz and Stegun, 26.2.17), so that the tail keeps its relative accuracy. P and R are minimax polynomials in
// relative error, fitted to erf and to the scaled erfcx on [0, 1] and [1, 13.5] by iteratively reweighted least squares
// in double precision: 7e-10 and 8.2e-8. Error of erf in float32: below 2e-7.
//
// gaussian receives exp(−x²/2).
XAI_INLINE vf normal_distribution(vf x, vf *gaussian) {
  vf square = x * x;
  vf e = exponential(square * -0.5f);
  vf size = x < 0.0f ? -x : x;
  // Far out the tail is 0 whatever t is, and an estimate of 1/∞ has no Newton's step.
  vf t = reciprocal((size < 100.0f ? size : (vf)(100.0f)) * 0.4f + 1.0f);
  vf tail = t * 0.06812131404876709f + -0.18642783164978027f;
  tail = tail * t + 0.10536295175552368f;
  tail = tail * t + 0.05554068088531494f;
  tail = tail * t + 0.13900226354599f;
  tail = tail * t + 0.1590999960899353f;
  tail = tail * t + 0.159595787525177f;
  tail = tail * t * e;
  vf centre = square * -7.65420827519847e-06f + 0.00011348637053743005f;
  centre = centre * square + -0.0011863299878314137f;
  centre = centre * square + 0.009973322972655296f;
  centre = centre * square + -0.06649035960435867f;
  centre = centre * square + 0.3989422917366028f;
  *gaussian = e;
  vf outer = x < 0.0f ? tail : 1.0f - tail;
  return size < 1.0f ? centre * x + 0.5f : outer;
}

XAI_INLINE vf gelu_of(vf x) {
  vf gaussian;
  return x * normal_distribution(x, &gaussian);
}

XAI_INLINE vf gelu_ratio_of(vf x) {
  vf gaussian;
  return normal_distribution(x, &gaussian);
}

// Φ(x) + x·φ(x), φ(x) = exp(−x²/2)/√(2π).
XAI_INLINE vf gelu_with_slope(vf x, vf *slope) {
  vf gaussian;
  vf phi = normal_distribution(x, &gaussian);
  *slope = x * gaussian * 0.398942280401432678f + phi;
  return x * phi;
}

XAI_INLINE vf gelu_slope_of(vf x) {
  vf slope;
  gelu_with_slope(x, &slope);
  return slope;
}
#endif
