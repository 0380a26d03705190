// Packing panels, and the tile of a product that stays in registers.
#define XAI_TILE_COLUMNS (2 * XAI_LANES)

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

// Copies `rows` rows of `depth` elements, a vector of each row after the other: lines[k / lanes][row][k % lanes]. Tiles
// then read one stream of memory from its start to its end, whatever the distance of the rows.
static void pack_lines(float *lines, const float *source, ptrdiff_t rows, ptrdiff_t row_stride, ptrdiff_t depth) {
  for (ptrdiff_t k = 0; k < depth; k += XAI_LANES) {
    for (ptrdiff_t row = 0; row < rows; row++, lines += XAI_LANES) {
      store(lines, load_up_to(source + row * row_stride + k, depth - k));
    }
  }
}

// Scale, sum, bias, GELU and residual, from the finished tile to memory.
static void end_tile(ptrdiff_t rows, const float *tile, xai_tile_epilogue *end) {
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

// One step of the depth: each sum gains an element of A times a vector of B.
#define XAI_STEP(ELEMENT) \
  { \
    vf columns[2]; \
    _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) { \
      columns[v] = load(b + v * XAI_LANES); \
      __builtin_prefetch(b + 8 * XAI_TILE_COLUMNS + v * XAI_LANES, 0, 3); \
    } \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) { \
      vf element = (vf)(ELEMENT); \
      _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) { \
        sums[r][v] = element * columns[v] + sums[r][v]; \
      } \
    } \
    b += XAI_TILE_COLUMNS; \
  }

// The product of a tile of A and a panel of B, with rows × vectors sums in registers: `rows`, `vectors` and `lines` are
// constants where this is inlined. A is packed in lines; or the elements that one step of the depth needs lie one after
// the other, and `stride` apart from step to step.
XAI_INLINE void multiply_panels(const int rows, const int vectors, const bool lines, ptrdiff_t depth, const float *a,
                                ptrdiff_t stride, const float *b, xai_tile_epilogue *end) {
  vf sums[XAI_ROWS][2];
  float *destination = end->destination;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sums[r][v] = (vf)(0.0f);
    __builtin_prefetch(destination + r * end->stride, 1, 3);
    __builtin_prefetch(destination + r * end->stride + (vectors - 1) * XAI_LANES, 1, 3);
  }
  if (lines) {
    for (ptrdiff_t k = 0; k < depth; k += XAI_LANES) {
      ptrdiff_t count = depth - k < XAI_LANES ? depth - k : XAI_LANES;
      const float *following = a + rows * XAI_LANES;
      for (ptrdiff_t i = 0; i < count; i++, a++, following += XAI_LANES) {
        __builtin_prefetch(following, 0, 3);
        XAI_STEP(a[r * XAI_LANES]);
      }
      a += (rows - 1) * XAI_LANES;
      prefetch_ahead(end, 3);
    }
  } else {
    for (ptrdiff_t k = 0; k < depth; k++, a += stride) {
      __builtin_prefetch(a + 4 * stride, 0, 3);
      XAI_STEP(a[r]);
    }
  }

  // GELU is too long to be repeated for every sum, and parts of vectors are rare: both go through memory.
  if (end->columns != vectors * XAI_LANES || end->gelu) {
    float tile[XAI_ROWS * XAI_TILE_COLUMNS];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) store(tile + r * XAI_TILE_COLUMNS + v * XAI_LANES, sums[r][v]);
    }
    end_tile(rows, tile, end);
    return;
  }
#define XAI_EACH_SUM(VALUE) \
  _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) { \
    _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) { \
      sums[r][v] = VALUE; \
    } \
  }
  if (end->scale != 1.0f) XAI_EACH_SUM(sums[r][v] * end->scale)
  if (end->adds) XAI_EACH_SUM(sums[r][v] + load(destination + r * end->stride + v * XAI_LANES))
  if (end->bias) XAI_EACH_SUM(sums[r][v] + load(end->bias + v * XAI_LANES))
  if (end->residual) XAI_EACH_SUM(sums[r][v] + load(end->residual + r * end->residual_stride + v * XAI_LANES))
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) store(destination + r * end->stride + v * XAI_LANES, sums[r][v]);
  }
}

// A function for each tile height and width, so that the last rows and columns of a matrix cost what they are worth.
#define XAI_TILE_OF(R, V, NAME, LINES) \
  static void tile_##R##_##V##_##NAME(ptrdiff_t depth, const float *a, ptrdiff_t stride, const float *b, \
                                      xai_tile_epilogue *end) { \
    multiply_panels(R, V, LINES, depth, a, stride, b, end); \
  }
#define XAI_TILE(R) \
  XAI_TILE_OF(R, 1, across, false) \
  XAI_TILE_OF(R, 2, across, false) \
  XAI_TILE_OF(R, 1, lines, true) \
  XAI_TILE_OF(R, 2, lines, true)
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

static void multiply_tile(ptrdiff_t rows, ptrdiff_t depth, const float *a, bool lines, ptrdiff_t depth_stride,
                          const float *b, xai_tile_epilogue *end) {
  typedef void (*tile)(ptrdiff_t, const float *, ptrdiff_t, const float *, xai_tile_epilogue *);
#define XAI_TILES(R) {{tile_##R##_1_across, tile_##R##_2_across}, {tile_##R##_1_lines, tile_##R##_2_lines}}
  static const tile tiles[XAI_ROWS][2][2] = {
      XAI_TILES(1),  XAI_TILES(2),  XAI_TILES(3),  XAI_TILES(4), XAI_TILES(5), XAI_TILES(6),
#if XAI_ROWS > 6
      XAI_TILES(7),  XAI_TILES(8),  XAI_TILES(9),  XAI_TILES(10), XAI_TILES(11), XAI_TILES(12),
#endif
#if XAI_ROWS > 12
      XAI_TILES(13), XAI_TILES(14),
#endif
  };
  tiles[rows - 1][lines][end->columns > XAI_LANES](depth, a, depth_stride, b, end);
}

// Enough independent sums to hide the latency of a multiply-add, few enough to stay in registers.
static double peak(ptrdiff_t rounds) {
  constexpr int count = 12;
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
