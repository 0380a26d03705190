// What some transformer blocks have: GELU by a sigmoid, rotations of pairs, and rows over their size, with the backward
// forms. The formulas are those of the Kernels protocol.

// u(x) = x·(linear + cubic·x²), the argument of the sigmoid.
XAI_INLINE vf gelu_argument(vf x, float linear, float cubic) { return x * (x * x * cubic + linear); }

static void sigmoid_gelu(const float *x, ptrdiff_t count, float linear, float cubic, float *y) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    vf v = load_up_to(x + i, count - i);
    store_up_to(y + i, v * logistic(gelu_argument(v, linear, cubic)), count - i);
  }
}

static void sigmoid_gelu_backward(const float *x, ptrdiff_t count, float linear, float cubic, float *gradient) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    vf v = load_up_to(x + i, count - i);
    vf s = logistic(gelu_argument(v, linear, cubic));
    vf slope = s * (v * (1.0f - s) * (v * v * (3.0f * cubic) + linear) + 1.0f);
    store_up_to(gradient + i, load_up_to(gradient + i, count - i) * slope, count - i);
  }
}

static void sigmoid_gelu_ratio(const float *x, ptrdiff_t count, float linear, float cubic, float *gradient) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    vf s = logistic(gelu_argument(load_up_to(x + i, count - i), linear, cubic));
    store_up_to(gradient + i, load_up_to(gradient + i, count - i) * s, count - i);
  }
}

// Rows of `groups` groups of 2·`pairs` elements; each row has `pairs` cosines and sines. The elements of a pair are
// `distance` apart, and those of the next pair begin `step` further.
static void rotate_pairs(const float *x, ptrdiff_t rows, ptrdiff_t groups, ptrdiff_t pairs, const float *cosines,
                         const float *sines, float sign, ptrdiff_t step, ptrdiff_t distance, float *y) {
  for (ptrdiff_t row = 0; row < rows; row++, cosines += pairs, sines += pairs) {
    for (ptrdiff_t group = 0; group < groups; group++, x += 2 * pairs, y += 2 * pairs) {
      for (ptrdiff_t pair = 0; pair < pairs; pair++) {
        float a = x[pair * step], b = x[pair * step + distance], sine = sign * sines[pair];
        y[pair * step] = a * cosines[pair] - b * sine;
        y[pair * step + distance] = b * cosines[pair] + a * sine;
      }
    }
  }
}

// 1/√(mean of squares + ε), or 1/max(√(sum of squares), ε).
XAI_INLINE float row_factor(const float *x, ptrdiff_t columns, bool is_mean, float epsilon, bool *is_bounded) {
  vf squares = (vf)(0.0f);
  for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
    vf v = load_up_to(x + i, columns - i);
    squares = v * v + squares;
  }
  float sum = sum_of_lanes(squares);
  *is_bounded = !is_mean && sqrtf(sum) < epsilon;
  if (is_mean) return 1.0f / sqrtf(sum / (float)columns + epsilon);
  return 1.0f / (*is_bounded ? epsilon : sqrtf(sum));
}

static void normalise_rows(const float *x, ptrdiff_t rows, ptrdiff_t columns, bool is_mean, float epsilon, float *y) {
  for (ptrdiff_t row = 0; row < rows; row++, x += columns, y += columns) {
    bool is_bounded;
    float r = row_factor(x, columns, is_mean, epsilon, &is_bounded);
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      store_up_to(y + i, load_up_to(x + i, columns - i) * r, columns - i);
    }
  }
}

static void normalise_rows_backward(const float *gradient, const float *x, ptrdiff_t rows, ptrdiff_t columns,
                                    bool is_mean, float epsilon, bool constant_size, float *result) {
  for (ptrdiff_t row = 0; row < rows; row++, x += columns, gradient += columns, result += columns) {
    bool is_bounded;
    float r = row_factor(x, columns, is_mean, epsilon, &is_bounded);
    float share = 0.0f;
    if (!constant_size && !is_bounded) {
      vf products = (vf)(0.0f);
      for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
        ptrdiff_t left = columns - i;
        products += load_up_to(gradient + i, left) * (load_up_to(x + i, left) * r);
      }
      share = sum_of_lanes(products) / (is_mean ? (float)columns : 1.0f);
    }
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf d = (load_up_to(gradient + i, left) - load_up_to(x + i, left) * r * share) * r;
      store_up_to(result + i, d, left);
    }
  }
}

static void product_column_sums(const float *x, const float *y, ptrdiff_t rows, ptrdiff_t columns, float *sums) {
  for (ptrdiff_t i = 0; i < columns; i++) sums[i] = 0.0f;
  for (ptrdiff_t row = 0; row < rows; row++, x += columns, y += columns) {
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf v = load_up_to(x + i, left) * load_up_to(y + i, left);
      store_up_to(sums + i, load_up_to(sums + i, left) + v, left);
    }
  }
}
