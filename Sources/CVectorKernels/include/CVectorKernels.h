// The innermost loops of the portable kernels.
//
// Why C: Swift compiles a package for the oldest processor of its architecture (SSE2 on x86-64) and has neither a
// per-function target nor run-time dispatch, which leaves a quarter of the arithmetic of an AVX-512 processor within
// reach. Clang has both, so the loops over vectors are written once over a vector width and compiled for each
// instruction set; packing order, blocking, threads and layouts stay in Swift. Nothing here allocates, and each
// function may run on several threads at once.
#ifndef XAI_VECTOR_KERNELS_H
#define XAI_VECTOR_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif
#pragma clang assume_nonnull begin

// Where a tile of a product goes, and what happens to it on the way: see Epilogue in XAITensor.
typedef struct xai_tile_epilogue {
  float *destination;
  ptrdiff_t stride;  // elements from a row of the destination to the next
  ptrdiff_t columns;  // valid columns of the tile
  float scale;
  bool adds;  // to what the destination holds
  bool gelu;
  const float *_Nullable bias;  // of the tile's columns
  const float *_Nullable residual;
  ptrdiff_t residual_stride;
  // Memory that is called for meanwhile, in pairs of cache lines: runs of them, and bytes from a run to the next.
  const void *_Nullable prefetch;
  ptrdiff_t prefetch_count;
  ptrdiff_t prefetch_run;
  ptrdiff_t prefetch_left_of_run;
  ptrdiff_t prefetch_skip;
} xai_tile_epilogue;

// How two numbers become one, and what they are compared for: see Elementwise in XAITensor.
typedef enum { XAI_SUM, XAI_DIFFERENCE, XAI_PRODUCT, XAI_QUOTIENT, XAI_MAXIMUM } xai_combination;
typedef enum { XAI_EQUAL, XAI_LESS } xai_comparison;

typedef struct xai_vector_kernels {
  ptrdiff_t tile_rows;  // the most rows of a tile
  ptrdiff_t tile_columns;
  ptrdiff_t lanes;  // float32 in a vector

  // Copies `count` rows or columns of `depth` elements to panel[k * width + i], and zeros for count <= i < width.
  // One of the strides is 1. May write up to a vector past the panel: pack panels in ascending order.
  void (*pack)(float *panel, ptrdiff_t width, const float *source, ptrdiff_t count, ptrdiff_t count_stride,
               ptrdiff_t depth, ptrdiff_t depth_stride);
  // Copies rows in vectors, for multiply_tile: `depth` rounded up to whole vectors, times `rows` elements.
  void (*pack_lines)(float *lines, const float *source, ptrdiff_t rows, ptrdiff_t row_stride, ptrdiff_t depth);
  // Multiplies `rows` rows of A by a packed panel of tile_columns columns. A is packed in lines; or the elements of a
  // step of the depth lie one after the other, and `depth_stride` apart from step to step.
  void (*multiply_tile)(ptrdiff_t rows, ptrdiff_t depth, const float *a, bool lines, ptrdiff_t depth_stride,
                        const float *b, xai_tile_epilogue *end);

  void (*softmax)(float *x, ptrdiff_t rows, ptrdiff_t columns);
  void (*softmax_backward)(const float *y, float *gradient, ptrdiff_t rows, ptrdiff_t columns);

  void (*layer_norm)(const float *x, ptrdiff_t rows, ptrdiff_t columns, const float *weight, const float *bias,
                     float epsilon, float *y, float *mean, float *variance);
  void (*layer_norm_backward)(const float *gradient, const float *x, const float *mean, const float *variance,
                              ptrdiff_t rows, ptrdiff_t columns, const float *weight, float epsilon,
                              bool constant_variance, const float *_Nullable residual, float *result);
  void (*layer_norm_parameter_sums)(const float *gradient, const float *x, const float *mean,
                                    const float *variance, ptrdiff_t rows, ptrdiff_t columns, float epsilon,
                                    float *weight, float *bias);
  void (*column_sums)(const float *x, ptrdiff_t rows, ptrdiff_t columns, float *sums);

  void (*gelu)(const float *x, ptrdiff_t count, float *y);
  void (*gelu_backward)(const float *x, ptrdiff_t count, float *gradient);
  void (*gelu_ratio)(const float *x, ptrdiff_t count, float *gradient);
  void (*gelu_with_backward)(const float *x, ptrdiff_t count, float *y, float *gradient);
  void (*add)(const float *x, ptrdiff_t count, float *sum);
  void (*scale_columns)(const float *x, ptrdiff_t rows, ptrdiff_t columns, const float *factors,
                        const float *_Nullable residual, float *y);
  // Rows of x and of the result of the backward form have two halves of `columns` elements each.
  void (*swiglu)(const float *x, ptrdiff_t rows, ptrdiff_t columns, float *y);
  void (*swiglu_backward)(const float *x, const float *gradient, ptrdiff_t rows, ptrdiff_t columns, float *result);
  void (*swiglu_ratio)(const float *x, const float *gradient, ptrdiff_t rows, ptrdiff_t columns, float gate, float value,
                       float *result);

  // GELU as x·σ(u), u = x·(linear + cubic·x²).
  void (*sigmoid_gelu)(const float *x, ptrdiff_t count, float linear, float cubic, float *y);
  void (*sigmoid_gelu_backward)(const float *x, ptrdiff_t count, float linear, float cubic, float *gradient);
  void (*sigmoid_gelu_ratio)(const float *x, ptrdiff_t count, float linear, float cubic, float *gradient);
  // Each row has `groups` groups of 2·`pairs` elements, and `pairs` cosines and sines; sines are multiplied by `sign`.
  void (*rotate_pairs)(const float *x, ptrdiff_t rows, ptrdiff_t groups, ptrdiff_t pairs, const float *cosines,
                       const float *sines, float sign, ptrdiff_t step, ptrdiff_t distance, float *y);
  // By the root of the mean of squares, or by that of their sum.
  void (*normalise_rows)(const float *x, ptrdiff_t rows, ptrdiff_t columns, bool is_mean, float epsilon, float *y);
  void (*normalise_rows_backward)(const float *gradient, const float *x, ptrdiff_t rows, ptrdiff_t columns, bool is_mean,
                                  float epsilon, bool constant_size, float *result);
  void (*product_column_sums)(const float *x, const float *y, ptrdiff_t rows, ptrdiff_t columns, float *sums);
  // Steps of formulas on `count` elements; y may be an operand. Without b the second number is the constant. The maximum
  // is a where b is no number.
  void (*combine)(xai_combination combination, const float *a, const float *_Nullable b, float constant,
                  ptrdiff_t count, float *y);
  void (*choose)(xai_comparison comparison, const float *a, const float *b, const float *then, const float *otherwise,
                 ptrdiff_t count, float *y);
  void (*absolute)(const float *x, ptrdiff_t count, float *y);
  // exp(x) for x <= 0, in place; inlined in softmax and GELU, and a function only so that its accuracy is tested.
  void (*exponential)(float *x, ptrdiff_t count);

  // Runs `rounds` rounds of independent multiply-adds in registers and returns how many operations those were.
  double (*peak)(ptrdiff_t rounds);
} xai_vector_kernels;

enum { XAI_BASELINE = 0, XAI_AVX2 = 1, XAI_AVX512 = 2 };

// The kernels for one instruction set; null where this build or this processor lacks it. The baseline always exists.
const xai_vector_kernels *_Nullable xai_vector_kernels_for(int instruction_set);

// Tells the processor that the calling loop waits for another core.
static inline void xai_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

// Whether the processor rounds to bfloat16 and multiplies it on vectors (avx512_bf16). Only then are the functions that
// pack and multiply called.
bool xai_bfloat16_available(void);

// Whether it has matrix tiles besides (AMX), and the system lets this process use them.
bool xai_amx_available(void);

// Rounds rows to bfloat16 and packs them in tiles of 16 rows and 32 elements of depth: 16 · 32 elements for each tile,
// all of the depth before the next 16 rows; what is missing is 0. `tiles` is 64-byte aligned.
void xai_bfloat16_pack_rows(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t row_stride, ptrdiff_t depth);

// The same for rows of which the elements of one step of the depth lie one after the other, `depth_stride` apart from step
// to step.
void xai_bfloat16_pack_rows_across(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t depth,
                                   ptrdiff_t depth_stride);

// The same for up to 32 columns, whose elements lie one after the other along the depth: two tiles for each 32 elements
// of depth.
void xai_bfloat16_pack_columns(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t column_stride,
                               ptrdiff_t depth);

// The same for up to 32 columns that lie one after the other, `depth_stride` apart from a step of the depth to the next.
void xai_bfloat16_pack_depth(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t depth,
                             ptrdiff_t depth_stride);

// Multiplies packed rows by up to 32 packed columns, with float32 sums: on vectors, and on matrix tiles.
void xai_bfloat16_multiply(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, const uint16_t *b,
                           xai_tile_epilogue *end);
void xai_amx_multiply(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, const uint16_t *b, xai_tile_epilogue *end);

// Gives the calling thread its tile registers, and takes them back; products on tiles run between the two.
void xai_amx_begin(void);
void xai_amx_end(void);

// Packing for matrix tiles with each element as the sum of two bfloat16 numbers, in twice as many tiles. Rows lie along memory, or the
// rows' elements of one step of the depth do ("across"), `depth_stride` apart from step to step.
void xai_amx_split_rows(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t row_stride, ptrdiff_t depth);
void xai_amx_split_rows_across(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t depth,
                               ptrdiff_t depth_stride);
void xai_amx_split_columns(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t column_stride,
                           ptrdiff_t depth);
void xai_amx_split_depth(uint16_t *tiles, ptrdiff_t tiles_stride, const float *source, ptrdiff_t columns,
                         ptrdiff_t depth, ptrdiff_t depth_stride);

// Multiplies up to 32 split rows by up to 32 split columns; `a_stride` elements lie between the tiles of 16 rows and
// those of the next 16.
void xai_amx_multiply_split(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, ptrdiff_t a_stride, const uint16_t *b,
                            xai_tile_epilogue *end);

// What a processor and its memory can do at most, for benchmarks.

// How many operations `rounds` rounds of products in registers are, having run them: of float32 (0 where the processor
// lacks the instruction set), and of bfloat16 on vectors and on matrix tiles, where those are available.
double xai_peak_fma(int instruction_set, ptrdiff_t rounds);
double xai_bfloat16_peak(ptrdiff_t rounds);
double xai_amx_peak(ptrdiff_t rounds);

// sum ← a + factor·b, the triad of McCalpin's STREAM: what is left of it on large arrays is the memory.
void xai_triad(float *sum, const float *a, const float *b, float factor, ptrdiff_t count);

#pragma clang assume_nonnull end
#if defined(__cplusplus)
}
#endif

#endif
