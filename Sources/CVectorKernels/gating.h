// Columns times factors, and SwiGLU with its backward form. The formulas are those of the Kernels protocol.

static void scale_columns(const float *x, ptrdiff_t rows, ptrdiff_t columns, const float *factors,
                          const float *residual, float *y) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    ptrdiff_t start = row * columns;
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf v = load_up_to(x + start + i, left) * load_up_to(factors + i, left);
      if (residual) v += load_up_to(residual + start + i, left);
      store_up_to(y + start + i, v, left);
    }
  }
}

// The logistic function; the exponential is of a number <= 0 on either side.
XAI_INLINE vf logistic(vf x) {
  vf e = exponential(x < 0.0f ? x : -x);
  return (x < 0.0f ? e : (vf)(1.0f)) / (e + 1.0f);
}

// Each row of x is a, then b, both of `columns` elements.
static void swiglu(const float *x, ptrdiff_t rows, ptrdiff_t columns, float *y) {
  for (ptrdiff_t row = 0; row < rows; row++, x += 2 * columns, y += columns) {
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf a = load_up_to(x + i, left);
      store_up_to(y + i, a * logistic(a) * load_up_to(x + columns + i, left), left);
    }
  }
}

static void swiglu_backward(const float *x, const float *gradient, ptrdiff_t rows, ptrdiff_t columns, float *result) {
  for (ptrdiff_t row = 0; row < rows; row++, x += 2 * columns, gradient += columns, result += 2 * columns) {
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf a = load_up_to(x + i, left), d = load_up_to(gradient + i, left);
      vf s = logistic(a);
      vf slope = s * (a * (1.0f - s) + 1.0f);
      store_up_to(result + i, d * load_up_to(x + columns + i, left) * slope, left);
      store_up_to(result + columns + i, d * a * s, left);
    }
  }
}

// As above with SiLU(a)/a in the place of SiLU's slope, and a factor for each half.
static void swiglu_ratio(const float *x, const float *gradient, ptrdiff_t rows, ptrdiff_t columns, float gate,
                         float value, float *result) {
  for (ptrdiff_t row = 0; row < rows; row++, x += 2 * columns, gradient += columns, result += 2 * columns) {
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf a = load_up_to(x + i, left);
      vf share = load_up_to(gradient + i, left) * logistic(a);
      store_up_to(result + i, share * load_up_to(x + columns + i, left) * gate, left);
      store_up_to(result + columns + i, share * a * value, left);
    }
  }
}
