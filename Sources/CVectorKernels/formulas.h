// Steps of formulas, each element by itself: single operations of IEEE 754, so that all instruction sets give the same bits.

// y = `result` of p from a, and of q from b or a constant where there is no b.
#define XAI_COMBINE(result) \
  if (b) { \
    for (ptrdiff_t i = 0; i < count; i += XAI_LANES) { \
      vf p = load_up_to(a + i, count - i), q = load_up_to(b + i, count - i); \
      store_up_to(y + i, result, count - i); \
    } \
  } else { \
    vf q = (vf)(constant); \
    for (ptrdiff_t i = 0; i < count; i += XAI_LANES) { \
      vf p = load_up_to(a + i, count - i); \
      store_up_to(y + i, result, count - i); \
    } \
  }

static void combine(xai_combination combination, const float *a, const float *b, float constant, ptrdiff_t count,
                    float *y) {
  switch (combination) {
    case XAI_SUM: XAI_COMBINE(p + q); break;
    case XAI_DIFFERENCE: XAI_COMBINE(p - q); break;
    case XAI_PRODUCT: XAI_COMBINE(p * q); break;
    case XAI_QUOTIENT: XAI_COMBINE(p / q); break;
    case XAI_MAXIMUM: XAI_COMBINE(q >= p ? q : p); break;
  }
}

#define XAI_CHOOSE(condition) \
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) { \
    vf p = load_up_to(a + i, count - i), q = load_up_to(b + i, count - i); \
    vf c = load_up_to(then + i, count - i), d = load_up_to(otherwise + i, count - i); \
    store_up_to(y + i, (condition) ? c : d, count - i); \
  }

static void choose(xai_comparison comparison, const float *a, const float *b, const float *then,
                   const float *otherwise, ptrdiff_t count, float *y) {
  switch (comparison) {
    case XAI_EQUAL: XAI_CHOOSE(p == q); break;
    case XAI_LESS: XAI_CHOOSE(p < q); break;
  }
}

static void absolute(const float *x, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    vf v = load_up_to(x + i, count - i);
    vi bits;
    __builtin_memcpy(&bits, &v, sizeof bits);
    bits &= 0x7fffffff;
    __builtin_memcpy(&v, &bits, sizeof v);
    store_up_to(y + i, v, count - i);
  }
}
