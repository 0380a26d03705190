// Element-wise functions.

static void gelu(const float *x, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    store_up_to(y + i, gelu_of(load_up_to(x + i, count - i)), count - i);
  }
}

// dx = dy · (Φ(x) + x·φ(x)), φ(x) = exp(−x²/2)/√(2π).
static void gelu_backward(const float *x, ptrdiff_t count, float *gradient) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    vf v = load_up_to(x + i, count - i);
    vf gaussian;
    vf slope = normal_distribution(v, &gaussian);
    slope += v * gaussian * 0.398942280401432678f;
    store_up_to(gradient + i, load_up_to(gradient + i, count - i) * slope, count - i);
  }
}

// Both from one normal distribution.
static void gelu_with_backward(const float *x, ptrdiff_t count, float *y, float *gradient) {
  for (ptrdiff_t i = 0; i < count; i += XAI_LANES) {
    vf v = load_up_to(x + i, count - i);
    vf gaussian;
    vf slope = normal_distribution(v, &gaussian);
    store_up_to(y + i, v * slope, count - i);
    slope += v * gaussian * 0.398942280401432678f;
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
