// Packing panels, and the tile of a product that stays in registers.
#define XAI_TILE_COLUMNS (2 * XAI_LANES)

// A square of vectors transposed: log2(lanes) rounds of a perfect shuffle.
XAI_INLINE void transpose(vf square[XAI_LANES]) {
  vf other[XAI_LANES];
#pragma clang loop unroll(full)
  for (int round = 1; round < XAI_LANES; round *= 2) {
#pragma clang loop unroll(full)
    for (int i = 0; i < XAI_LANES / 2; i++) {
      other[2 * i] = XAI_ZIP_LOW(square[i], square[i + XAI_LANES / 2]);
      other[2 * i + 1] = XAI_ZIP_HIGH(square[i], square[i + XAI_LANES / 2]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < XAI_LANES; i++) square[i] = other[i];
  }
}

// Packs up to a vector of lanes whose elements lie one after the other along the depth; writes `room` lanes of each.
XAI_INLINE void pack_across(float *panel, ptrdiff_t width, ptrdiff_t room, const float *source, ptrdiff_t count,
                            ptrdiff_t count_stride, ptrdiff_t depth) {
  for (ptrdiff_t k = 0; k < depth; k += XAI_LANES) {
    ptrdiff_t left = depth - k;
    vf square[XAI_LANES];
#pragma clang loop unroll(full)
    for (int i = 0; i < XAI_LANES; i++) {
      square[i] = i < count ? load_up_to(source + i * count_stride + k, left) : (vf)(0.0f);
    }
    transpose(square);
#pragma clang loop unroll(full)
    for (int i = 0; i < XAI_LANES; i++) {
      if (i < left) store_up_to(panel + (k + i) * width, square[i], room);
    }
  }
}

static void pack(float *panel, ptrdiff_t width, const float *source, ptrdiff_t count, ptrdiff_t count_stride,
                 ptrdiff_t depth, ptrdiff_t depth_stride) {
  if (depth_stride == 1) {
    for (ptrdiff_t lane = 0; lane < width; lane += XAI_LANES) {
      // The first vector may reach into the next step of the depth, which is written afterwards.
      ptrdiff_t room = lane == 0 ? XAI_LANES : width - lane;
      pack_across(panel + lane, width, room, source + lane * count_stride, count - lane, count_stride, depth);
    }
    return;
  }
  for (ptrdiff_t k = 0; k < depth; k++) {
    for (ptrdiff_t lane = 0; lane < width; lane += XAI_LANES) {
      ptrdiff_t left = count - lane;
      vf v = left > 0 ? load_up_to(source + k * depth_stride + lane, left) : (vf)(0.0f);
      store(panel + k * width + lane, v);
    }
  }
}

// Scale, sum, bias, GELU and residual, from the finished tile to memory.
static void end_tile(ptrdiff_t rows, const float *tile, const xai_tile_end *end) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    float *destination = end->destination + row * end->stride;
    for (ptrdiff_t column = 0; column < end->columns; column += XAI_LANES) {
      ptrdiff_t left = end->columns - column;
      vf v = load(tile + row * XAI_TILE_COLUMNS + column) * end->scale;
      if (end->adds) v += load_up_to(destination + column, left);
      if (end->bias) v += load_up_to(end->bias + column, left);
      if (end->gelu) v = gelu_of(v);
      if (end->residual) v += load_up_to(end->residual + row * end->residual_stride + column, left);
      store_up_to(destination + column, v, left);
    }
  }
}

// The product of two panels, with rows × vectors sums in registers: both are constants where this is inlined.
XAI_INLINE void multiply_panels(const int rows, const int vectors, ptrdiff_t depth, const float *a,
                                const float *b, const xai_tile_end *end) {
  vf sums[XAI_ROWS][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sums[r][v] = (vf)(0.0f);
  }
  for (ptrdiff_t k = 0; k < depth; k++) {
    vf columns[2];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) columns[v] = load(b + v * XAI_LANES);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      vf element = (vf)(a[r]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[r][v] = element * columns[v] + sums[r][v];
    }
    a += rows;
    b += XAI_TILE_COLUMNS;
  }
  float tile[XAI_ROWS * XAI_TILE_COLUMNS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) store(tile + r * XAI_TILE_COLUMNS + v * XAI_LANES, sums[r][v]);
  }
  end_tile(rows, tile, end);
}

// A function for each tile height and width, so that the last rows and columns of a matrix cost what they are worth.
#define XAI_TILE(R) \
  static void tile_##R##_1(ptrdiff_t depth, const float *a, const float *b, const xai_tile_end *end) { \
    multiply_panels(R, 1, depth, a, b, end); \
  } \
  static void tile_##R##_2(ptrdiff_t depth, const float *a, const float *b, const xai_tile_end *end) { \
    multiply_panels(R, 2, depth, a, b, end); \
  }
XAI_TILE(1)
XAI_TILE(2)
XAI_TILE(3)
XAI_TILE(4)
XAI_TILE(5)
XAI_TILE(6)
#if XAI_ROWS > 6
XAI_TILE(7)
XAI_TILE(8)
XAI_TILE(9)
XAI_TILE(10)
XAI_TILE(11)
XAI_TILE(12)
#endif
#if XAI_ROWS > 12
XAI_TILE(13)
XAI_TILE(14)
#endif

static void multiply_tile(ptrdiff_t rows, ptrdiff_t depth, const float *a, const float *b,
                          const xai_tile_end *end) {
  typedef void (*tile)(ptrdiff_t, const float *, const float *, const xai_tile_end *);
#define XAI_PAIR(R) {tile_##R##_1, tile_##R##_2}
  static const tile tiles[XAI_ROWS][2] = {
      XAI_PAIR(1),  XAI_PAIR(2),  XAI_PAIR(3),  XAI_PAIR(4), XAI_PAIR(5), XAI_PAIR(6),
#if XAI_ROWS > 6
      XAI_PAIR(7),  XAI_PAIR(8),  XAI_PAIR(9),  XAI_PAIR(10), XAI_PAIR(11), XAI_PAIR(12),
#endif
#if XAI_ROWS > 12
      XAI_PAIR(13), XAI_PAIR(14),
#endif
  };
  tiles[rows - 1][end->columns > XAI_LANES](depth, a, b, end);
}

// Enough independent sums to hide the latency of a multiply-add, few enough to stay in registers.
static double peak(ptrdiff_t rounds) {
  enum { count = 12 };
  static volatile float sink;
  float factor = 0.999f + sink;
  vf sums[count];
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++) sums[i] = (vf)(factor * i);
  for (ptrdiff_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) sums[i] = sums[i] * factor + 1e-3f;
  }
  float stored[XAI_LANES];
  vf sum = sums[0];
#pragma clang loop unroll(full)
  for (int i = 1; i < count; i++) sum += sums[i];
  store(stored, sum);
  sink = stored[0] * 0.0f;
  return 2.0 * count * XAI_LANES * (double)rounds;
}
