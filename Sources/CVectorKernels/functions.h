// Elementary functions on vectors.

// exp(x) for x <= 0, within 2 units in the last place; 0 where the result would be subnormal.
//
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
