// Element-wise functions.

static void gelu(const float *x, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    store_up_to(y + i, gelu_of(load_up_to(x + i, count - i)), count - i);
  }
}

// dx = dy · gelu'(x).
static void gelu_backward(const float *x, ptrdiff_t count, float *gradient) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    vf slope = gelu_slope_of(load_up_to(x + i, count - i));
    store_up_to(gradient + i, load_up_to(gradient + i, count - i) * slope, count - i);
  }
}

// dx = dy · gelu(x)/x = dy · Φ(x).
static void gelu_ratio(const float *x, ptrdiff_t count, float *gradient) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    vf ratio = gelu_ratio_of(load_up_to(x + i, count - i));
    store_up_to(gradient + i, load_up_to(gradient + i, count - i) * ratio, count - i);
  }
}

// Both at once.
static void gelu_with_backward(const float *x, ptrdiff_t count, float *y, float *gradient) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    vf slope;
    store_up_to(y + i, gelu_with_slope(load_up_to(x + i, count - i), &slope), count - i);
    store_up_to(gradient + i, load_up_to(gradient + i, count - i) * slope, count - i);
  }
}

static void add(const float *x, ptrdiff_t count, float *sum) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    store_up_to(sum + i, load_up_to(sum + i, count - i) + load_up_to(x + i, count - i), count - i);
  }
}

static void exponential_in_place(float *x, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    store_up_to(x + i, exponential(load_up_to(x + i, count - i)), count - i);
  }
}
