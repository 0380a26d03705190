// Vectors of XAI_LANES float32 and what the loops need of them. Included once for each instruction set, with its
// XAI_LANES, in its namespace and within its target attribute.

#define XAI_INLINE static inline __attribute__((always_inline))

typedef float f2 __attribute__((ext_vector_type(2)));
typedef float f4 __attribute__((ext_vector_type(4)));
typedef float f8 __attribute__((ext_vector_type(8)));
typedef float vf __attribute__((ext_vector_type(XAI_LANES)));
typedef int32_t vi __attribute__((ext_vector_type(XAI_LANES)));
typedef float vf_in_memory __attribute__((ext_vector_type(XAI_LANES), aligned(4), may_alias));

#define XAI_ADD(a, b) ((a) + (b))
#define XAI_MAX(a, b) ((a) > (b) ? (a) : (b))

// Per width: 0, 1, 2, …; the two halves of a full interleaving; and the reduction of a vector to four lanes.
#undef XAI_IOTA
#undef XAI_ZIP_LOW
#undef XAI_ZIP_HIGH
#undef XAI_FOUR
#if XAI_LANES == 16
#define XAI_IOTA {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
#define XAI_ZIP_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define XAI_ZIP_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define XAI_FOUR(OP, v, four) \
  f8 eight = OP((v).lo, (v).hi); \
  f4 four = OP(eight.lo, eight.hi)
#elif XAI_LANES == 8
#define XAI_IOTA {0, 1, 2, 3, 4, 5, 6, 7}
#define XAI_ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define XAI_ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define XAI_FOUR(OP, v, four) f4 four = OP((v).lo, (v).hi)
#else
#define XAI_IOTA {0, 1, 2, 3}
#define XAI_ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define XAI_ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define XAI_FOUR(OP, v, four) f4 four = v
#endif

#define XAI_REDUCE(OP, v) \
  XAI_FOUR(OP, v, four); \
  f2 two = OP(four.lo, four.hi); \
  return OP(two.x, two.y)

XAI_INLINE float sum_of_lanes(vf v) { XAI_REDUCE(XAI_ADD, v); }
XAI_INLINE float largest_lane(vf v) { XAI_REDUCE(XAI_MAX, v); }

XAI_INLINE vf load(const float *p) { return *(const vf_in_memory *)p; }
XAI_INLINE void store(float *p, vf v) { *(vf_in_memory *)p = v; }

// All ones in the first n lanes.
XAI_INLINE vi first_lanes(ptrdiff_t n) {
  const vi iota = XAI_IOTA;
  return iota < (vi)(int32_t)n;
}

// The first n < XAI_LANES elements, never touching the memory behind them; the other lanes are 0.
XAI_INLINE vf load_part(const float *p, ptrdiff_t n) {
#if XAI_LANES == 16
  return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#elif XAI_LANES == 8
  return (vf)_mm256_maskload_ps(p, (__m256i)first_lanes(n));
#else
  vf v = (vf)(0.0f);
  for (ptrdiff_t i = 0; i < n; i++) v[i] = p[i];
  return v;
#endif
}

XAI_INLINE void store_part(float *p, vf v, ptrdiff_t n) {
#if XAI_LANES == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#elif XAI_LANES == 8
  _mm256_maskstore_ps(p, (__m256i)first_lanes(n), (__m256)v);
#else
  for (ptrdiff_t i = 0; i < n; i++) p[i] = v[i];
#endif
}

// A vector, or what is left of a row of n more elements; the lanes past its end are 0.
XAI_INLINE vf load_up_to(const float *p, ptrdiff_t n) { return n >= XAI_LANES ? load(p) : load_part(p, n); }

XAI_INLINE void store_up_to(float *p, vf v, ptrdiff_t n) {
  if (n >= XAI_LANES) {
    store(p, v);
  } else {
    store_part(p, v, n);
  }
}

// v with the lanes past the end of a row of n more elements set to `fill`.
XAI_INLINE vf fill_past(vf v, ptrdiff_t n, float fill) {
  return n >= XAI_LANES ? v : (first_lanes(n) ? v : (vf)(fill));
}
