// Softmax, layer norm and sums over rows, with their backward forms. The formulas are those of the Kernels protocol.

// Whole vectors, in two streams where one would wait for itself, and then what is left of the row.
static void softmax(float *x, ptrdiff_t rows, ptrdiff_t columns) {
  ptrdiff_t whole = columns / XAI_LANES * XAI_LANES, left = columns - whole;
  for (ptrdiff_t row = 0; row < rows; row++, x += columns) {
    vf end = fill_past(load_part(x + whole, left), left, -INFINITY);
    vf largest = end, other = end;
    ptrdiff_t i = 0;
    for (; i + XAI_LANES < whole; i += 2 * XAI_LANES) {
      vf v = load(x + i), w = load(x + i + XAI_LANES);
      largest = XAI_MAX(v, largest);
      other = XAI_MAX(w, other);
    }
    if (i < whole) {
      vf v = load(x + i);
      largest = XAI_MAX(v, largest);
    }
    float maximum = largest_lane(XAI_MAX(other, largest));
    // Lanes past the end are exp(−∞) = 0.
    end = exponential(end - maximum);
    vf sums = end;
    for (i = 0; i < whole; i += XAI_LANES) {
      vf e = exponential(load(x + i) - maximum);
      sums += e;
      store(x + i, e);
    }
    float factor = 1.0f / sum_of_lanes(sums);
    for (i = 0; i < whole; i += XAI_LANES) store(x + i, load(x + i) * factor);
    store_part(x + whole, end * factor, left);
  }
}

static void softmax_backward(const float *y, float *gradient, ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t row = 0; row < rows; row++, y += columns, gradient += columns) {
    vf sums = (vf)(0.0f);
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      sums += load_up_to(y + i, columns - i) * load_up_to(gradient + i, columns - i);
    }
    float dot = sum_of_lanes(sums);
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      vf difference = load_up_to(gradient + i, columns - i) - dot;
      store_up_to(gradient + i, load_up_to(y + i, columns - i) * difference, columns - i);
    }
  }
}

// Mean and variance by the corrected two-pass algorithm (Chan, Golub and LeVeque 1983): the second pass is around the
// first estimate of the mean, and what that estimate missed is taken off, so that a large common offset costs nothing.
static void layer_norm(const float *x, ptrdiff_t rows, ptrdiff_t columns, const float *weight, const float *bias,
                       float epsilon, float *y, float *mean, float *variance) {
  for (ptrdiff_t row = 0; row < rows; row++, x += columns, y += columns) {
    vf sums = (vf)(0.0f);
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) sums += load_up_to(x + i, columns - i);
    float estimate = sum_of_lanes(sums) / (float)columns;
    vf squares = (vf)(0.0f);
    sums = (vf)(0.0f);
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      vf d = fill_past(load_up_to(x + i, columns - i) - estimate, columns - i, 0.0f);
      sums += d;
      squares = d * d + squares;
    }
    float missed = sum_of_lanes(sums) / (float)columns;
    float spread = sum_of_lanes(squares) / (float)columns - missed * missed;
    mean[row] = estimate + missed;
    variance[row] = spread;
    float r = 1.0f / sqrtf(spread + epsilon);
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf normalised = (load_up_to(x + i, left) - estimate - missed) * r;
      store_up_to(y + i, normalised * load_up_to(weight + i, left) + load_up_to(bias + i, left), left);
    }
  }
}

static void layer_norm_backward(const float *gradient, const float *x, const float *mean, const float *variance,
                                ptrdiff_t rows, ptrdiff_t columns, const float *weight, float epsilon,
                                bool constant_variance, const float *residual, float *result) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    ptrdiff_t start = row * columns;
    float r = 1.0f / sqrtf(variance[row] + epsilon);
    vf sums = (vf)(0.0f), products = (vf)(0.0f);
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf g = load_up_to(gradient + start + i, left) * load_up_to(weight + i, left);
      sums += g;
      products += g * ((load_up_to(x + start + i, left) - mean[row]) * r);
    }
    float mean_gradient = sum_of_lanes(sums) / (float)columns;
    float mean_product = constant_variance ? 0.0f : sum_of_lanes(products) / (float)columns;
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf g = load_up_to(gradient + start + i, left) * load_up_to(weight + i, left);
      vf normalised = (load_up_to(x + start + i, left) - mean[row]) * r;
      vf d = (g - mean_gradient - normalised * mean_product) * r;
      if (residual) d += load_up_to(residual + start + i, left);
      store_up_to(result + start + i, d, left);
    }
  }
}

static void layer_norm_parameter_sums(const float *gradient, const float *x, const float *mean,
                                      const float *variance, ptrdiff_t rows, ptrdiff_t columns, float epsilon,
                                      float *weight, float *bias) {
  for (ptrdiff_t i = 0; i < columns; i++) weight[i] = bias[i] = 0.0f;
  for (ptrdiff_t row = 0; row < rows; row++, gradient += columns, x += columns) {
    float r = 1.0f / sqrtf(variance[row] + epsilon);
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      ptrdiff_t left = columns - i;
      vf g = load_up_to(gradient + i, left);
      vf normalised = (load_up_to(x + i, left) - mean[row]) * r;
      store_up_to(weight + i, g * normalised + load_up_to(weight + i, left), left);
      store_up_to(bias + i, g + load_up_to(bias + i, left), left);
    }
  }
}

static void column_sums(const float *x, ptrdiff_t rows, ptrdiff_t columns, float *sums) {
  for (ptrdiff_t i = 0; i < columns; i++) sums[i] = 0.0f;
  for (ptrdiff_t row = 0; row < rows; row++, x += columns) {
    for (ptrdiff_t i = 0; i < columns; i += XAI_LANES) {
      store_up_to(sums + i, load_up_to(sums + i, columns - i) + load_up_to(x + i, columns - i), columns - i);
    }
  }
}
