// Every function of the tables of vector kernels against plain loops in double precision, element by element: on arm64
// under an emulator, where the Swift tests can't run, and on the machine that builds. Scripts/check-arm64 runs it.
//
// Arrays end where memory that can't be touched begins, so that a kernel that reads or writes past its end crashes. Prints
// a line for each set of instructions, and a checksum of what has to be the same bits on every processor.
#define _DEFAULT_SOURCE  // mmap, MAP_ANONYMOUS
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CVectorKernels.h"

// Products and sums below are rounded one by one, as those of the kernels are where bits are compared.
#pragma STDC FP_CONTRACT OFF

// A function that is added to the table has to be added here.
enum { functions = 30 };
_Static_assert(sizeof(xai_vector_kernels) == 3 * sizeof(ptrdiff_t) + functions * sizeof(void (*)(void)),
               "the table has functions that are not tested");

static const xai_vector_kernels *kernels;
static long comparisons, failures;
static uint32_t checksum, random_state;

// MARK: - Comparisons

static void fail(const char *name, ptrdiff_t index, double value, double expected, double tolerance) {
  if (++failures <= 20) {
    printf("%s, element %td: %.9g instead of %.9g, tolerance %.3g\n", name, index, value, expected, tolerance);
  }
}

// The difference may be as large as the tolerance; NaN equals NaN.
static void expect(const char *name, ptrdiff_t index, float value, double expected, double tolerance) {
  comparisons++;
  if (isnan(expected) ? isnan(value) : fabs((double)value - expected) <= tolerance || value == expected) return;
  fail(name, index, value, expected, tolerance);
}

// The same bits, except that every NaN is the same: processors make different ones.
static void expect_bits(const char *name, ptrdiff_t index, float value, float expected) {
  uint32_t bits, expected_bits;
  if (isnan(value)) value = NAN;
  if (isnan(expected)) expected = NAN;
  memcpy(&bits, &value, sizeof bits);
  memcpy(&expected_bits, &expected, sizeof expected_bits);
  comparisons++;
  checksum = (checksum ^ bits) * 16777619u;
  if (bits != expected_bits) fail(name, index, value, expected, 0);
}

// MARK: - Arrays

// Room that ends at a page that can't be touched, filled with a number that no kernel should leave. It is never freed.
static float *new_array(ptrdiff_t count) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = (size_t)count * sizeof(float);
  size_t room = (bytes + page - 1) / page * page;
  char *start = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mprotect(start + room, page, PROT_NONE) != 0) {
    perror("mmap");
    exit(1);
  }
  float *array = (float *)(start + room - bytes);
  for (ptrdiff_t i = 0; i < count; i++) array[i] = 12345.0f;
  return array;
}

static float uniform(float low, float high) {
  random_state = random_state * 1664525u + 1013904223u;
  return low + (high - low) * (float)(random_state >> 8) * 0x1p-24f;
}

static float *random_array(ptrdiff_t count, float low, float high) {
  float *array = new_array(count);
  for (ptrdiff_t i = 0; i < count; i++) array[i] = uniform(low, high);
  return array;
}

static float *copy(const float *source, ptrdiff_t count) {
  return memcpy(new_array(count), source, (size_t)count * sizeof(float));
}

// Lengths with and without rests, on vectors of 4, 8 and 16.
static const ptrdiff_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 37, 70};
#define FOR_EACH_LENGTH(n) \
  for (size_t at = 0, n; at < sizeof lengths / sizeof *lengths && (n = (size_t)lengths[at], true); at++)

enum { rows = 3 };

// MARK: - Formulas in double precision

static double normal(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }
static double density(double x) { return exp(-0.5 * x * x) / sqrt(2 * M_PI); }
static double gelu(double x) { return x * normal(x); }
static double logistic(double x) { return 1 / (1 + exp(-x)); }

// MARK: - Products

static void test_packing(ptrdiff_t width, ptrdiff_t count, ptrdiff_t depth) {
  // Up to a vector may be written past the panel.
  float *panel = new_array(width * depth + kernels->lanes);
  for (int along_depth = 0; along_depth < 2; along_depth++) {
    ptrdiff_t stride = (along_depth ? depth : count) + 3, size = along_depth ? (count - 1) * stride + depth
                                                                            : (depth - 1) * stride + count;
    const float *source = random_array(size, -1, 1);
    kernels->pack(panel, width, source, count, along_depth ? stride : 1, depth, along_depth ? 1 : stride);
    for (ptrdiff_t k = 0; k < depth; k++) {
      for (ptrdiff_t i = 0; i < width; i++) {
        float element = i < count ? source[along_depth ? i * stride + k : k * stride + i] : 0;
        expect_bits(along_depth ? "pack, along the depth" : "pack", k * width + i, panel[k * width + i], element);
      }
    }
  }
}

static void test_lines(ptrdiff_t count, ptrdiff_t depth) {
  const ptrdiff_t lanes = kernels->lanes, vectors = (depth + lanes - 1) / lanes, stride = depth + 2;
  const float *source = random_array((count - 1) * stride + depth, -1, 1);
  float *lines = new_array(vectors * lanes * count);
  kernels->pack_lines(lines, source, count, stride, depth);
  for (ptrdiff_t k = 0; k < vectors * lanes; k++) {
    for (ptrdiff_t row = 0; row < count; row++) {
      ptrdiff_t place = (k / lanes * count + row) * lanes + k % lanes;
      expect_bits("pack_lines", place, lines[place], k < depth ? source[row * stride + k] : 0);
    }
  }
}

// What happens to a tile, as bits.
enum { scaled = 1, added = 2, biased = 4, through_gelu = 8, on_residual = 16, prefetched = 32, all_ends = 64 };

static void test_tile(ptrdiff_t count, ptrdiff_t columns, ptrdiff_t depth, bool in_lines) {
  const ptrdiff_t lanes = kernels->lanes, width = kernels->tile_columns, across = count + 1, stride = columns + 5;
  const float *x = random_array(count * depth, -1, 1);
  const float *panel = random_array(width * depth, -1, 1);
  const ptrdiff_t vectors = (depth + lanes - 1) / lanes;
  float *a = new_array(in_lines ? vectors * lanes * count : (depth - 1) * across + count);
  if (in_lines) {
    kernels->pack_lines(a, x, count, depth, depth);
  } else {
    for (ptrdiff_t k = 0; k < depth; k++) {
      for (ptrdiff_t row = 0; row < count; row++) a[k * across + row] = x[row * depth + k];
    }
  }
  const ptrdiff_t size = (count - 1) * stride + columns;
  const float *before = random_array(size, -2, 2), *bias = random_array(columns, -2, 2);
  const float *residual = random_array(size, -2, 2);
  float *y = new_array(size);
  for (int ends = 0; ends < all_ends; ends++) {
    memcpy(y, before, (size_t)size * sizeof(float));
    xai_tile_epilogue end = {
        .destination = y, .stride = stride, .columns = columns, .scale = ends & scaled ? -0.75f : 1.0f,
        .adds = ends & added, .gelu = ends & through_gelu, .bias = ends & biased ? bias : NULL,
        .residual = ends & on_residual ? residual : NULL, .residual_stride = stride};
    if (ends & prefetched) {
      end.prefetch = panel;
      end.prefetch_count = 5;
      end.prefetch_run = end.prefetch_left_of_run = 2;
      end.prefetch_skip = 64;
    }
    kernels->multiply_tile(count, depth, a, in_lines, across, panel, &end);
    for (ptrdiff_t row = 0; row < count; row++) {
      for (ptrdiff_t column = 0; column < stride && row * stride + column < size; column++) {
        ptrdiff_t place = row * stride + column;
        if (column >= columns) {
          expect("multiply_tile, beside the tile", place, y[place], before[place], 0);
          continue;
        }
        double sum = 0, size_of_sum = 0;
        for (ptrdiff_t k = 0; k < depth; k++) {
          double product = (double)x[row * depth + k] * panel[k * width + column];
          sum += product;
          size_of_sum += fabs(product);
        }
        double parts[] = {end.adds ? before[place] : 0, end.bias ? bias[column] : 0};
        double value = sum * end.scale + parts[0] + parts[1];
        size_of_sum = size_of_sum * fabsf(end.scale) + fabs(parts[0]) + fabs(parts[1]);
        // 16 units in the last place of what was summed; GELU's slope is at most 1.13.
        double tolerance = 16 * 0x1p-24 * size_of_sum;
        if (end.gelu) {
          tolerance = 1.13 * tolerance + 1e-7 * fabs(value);
          value = gelu(value);
        }
        if (end.residual) {
          value += residual[place];
          tolerance += 0x1p-24 * fabs(value);
        }
        expect(in_lines ? "multiply_tile, lines" : "multiply_tile", place, y[place], value, tolerance);
      }
    }
  }
}

static void test_packing_of_all(void) {
  const ptrdiff_t widths[] = {kernels->tile_columns, kernels->lanes + 1, 6};
  FOR_EACH_LENGTH(depth) {
    for (int i = 0; i < 3; i++) {
      for (ptrdiff_t count = 1; count <= widths[i]; count += 3) test_packing(widths[i], count, (ptrdiff_t)depth);
    }
    for (ptrdiff_t count = 1; count <= 14; count++) test_lines(count, (ptrdiff_t)depth);
  }
}

static void test_tiles(void) {
  const ptrdiff_t tile_columns = kernels->tile_columns, lanes = kernels->lanes;
  const ptrdiff_t depths[] = {1, lanes - 1, 3 * lanes + 1, 64};
  const ptrdiff_t columns[] = {1, lanes - 1, lanes, lanes + 1, tile_columns - 1, tile_columns};
  for (ptrdiff_t count = 1; count <= kernels->tile_rows; count++) {
    for (int d = 0; d < 4; d++) {
      for (int c = 0; c < 6; c++) {
        test_tile(count, columns[c], depths[d], false);
        test_tile(count, columns[c], depths[d], true);
      }
    }
  }
}

// MARK: - Rows

static void test_softmax(ptrdiff_t columns) {
  const ptrdiff_t count = rows * columns;
  float *x = random_array(count, -60, 60);
  // A large common offset, and an entry that is left out.
  for (ptrdiff_t i = 0; i < columns; i++) x[columns + i] += 4096;
  if (columns > 1) x[2 * columns] = -INFINITY;
  float *y = copy(x, count);
  kernels->softmax(y, rows, columns);
  const float *gradient = random_array(count, -3, 3);
  float *result = copy(gradient, count);
  kernels->softmax_backward(y, result, rows, columns);
  for (ptrdiff_t row = 0; row < rows; row++) {
    const float *of_row = x + row * columns;
    double largest = -INFINITY, sum = 0, dot = 0, size_of_dot = 0;
    for (ptrdiff_t i = 0; i < columns; i++) largest = fmax(largest, of_row[i]);
    for (ptrdiff_t i = 0; i < columns; i++) {
      ptrdiff_t place = row * columns + i;
      sum += exp(of_row[i] - largest);
      dot += (double)y[place] * gradient[place];
      size_of_dot += fabs((double)y[place] * gradient[place]);
    }
    for (ptrdiff_t i = 0; i < columns; i++) {
      ptrdiff_t place = row * columns + i;
      double expected = exp(of_row[i] - largest) / sum;
      // The rounding of the difference is a relative error; what would be subnormal before the division is 0.
      double relative = 1e-6 + 0x1p-24 * (largest - of_row[i]);
      expect("softmax", place, y[place], expected, (isinf(relative) ? 0 : relative * expected) + 2e-38);
      expect("softmax_backward", place, result[place], y[place] * (gradient[place] - dot),
             1e-6 * y[place] * (fabs(gradient[place]) + size_of_dot));
    }
  }
}

static void test_layer_norm(ptrdiff_t columns) {
  const ptrdiff_t count = rows * columns;
  const float epsilon = 1e-5f;
  float *x = random_array(count, -2, 2);
  for (ptrdiff_t i = 0; i < columns; i++) x[columns + i] += 65536;
  const float *weight = random_array(columns, -2, 2), *bias = random_array(columns, -2, 2);
  const float *gradient = random_array(count, -2, 2), *residual = random_array(count, -2, 2);
  float *y = new_array(count), *mean = new_array(rows), *variance = new_array(rows);
  kernels->layer_norm(x, rows, columns, weight, bias, epsilon, y, mean, variance);
  for (ptrdiff_t row = 0; row < rows; row++) {
    double sum = 0, squares = 0, largest = 0;
    for (ptrdiff_t i = 0; i < columns; i++) {
      sum += x[row * columns + i];
      largest = fmax(largest, fabsf(x[row * columns + i]));
    }
    for (ptrdiff_t i = 0; i < columns; i++) {
      double d = x[row * columns + i] - sum / (double)columns;
      squares += d * d;
    }
    double m = sum / (double)columns, v = squares / (double)columns;
    expect("layer_norm, mean", row, mean[row], m, 0x1p-23 * largest);
    expect("layer_norm, variance", row, variance[row], v, 2e-6 * v + 1e-12 * largest);
    for (ptrdiff_t i = 0; i < columns; i++) {
      double d = (x[row * columns + i] - m) / sqrt(v + epsilon);
      double expected = d * weight[i] + bias[i];
      // What the second sum misses of the mean, a unit in its last place, is divided by the deviation.
      double missed = 0x1p-24 * largest * 1e-3 / sqrt(v + epsilon);
      expect("layer_norm", row * columns + i, y[row * columns + i], expected,
             3e-6 * (1 + fabs(d)) + missed * fabsf(weight[i]));
    }
  }
  for (int is_constant = 0; is_constant < 2; is_constant++) {
    for (int has_residual = 0; has_residual < 2; has_residual++) {
      float *result = new_array(count);
      kernels->layer_norm_backward(gradient, x, mean, variance, rows, columns, weight, epsilon, is_constant,
                                   has_residual ? residual : NULL, result);
      for (ptrdiff_t row = 0; row < rows; row++) {
        double r = 1 / sqrt((double)variance[row] + epsilon), sum = 0, product = 0, size = 0;
        for (ptrdiff_t i = 0; i < columns; i++) {
          ptrdiff_t place = row * columns + i;
          double g = (double)gradient[place] * weight[i], n = ((double)x[place] - mean[row]) * r;
          sum += g;
          product += g * n;
          size += fabs(g) + fabs(g * n);
        }
        for (ptrdiff_t i = 0; i < columns; i++) {
          ptrdiff_t place = row * columns + i;
          double g = (double)gradient[place] * weight[i], n = ((double)x[place] - mean[row]) * r;
          double expected = g - sum / (double)columns - (is_constant ? 0 : n * product / (double)columns);
          double scale = fabs(g) + size / (double)columns * (1 + fabs(n));
          double other = has_residual ? residual[place] : 0;
          expect("layer_norm_backward", place, result[place], expected * r + other,
                 1e-6 * (scale * r + fabs(other)));
        }
      }
    }
  }
  float *weight_sums = new_array(columns), *bias_sums = new_array(columns);
  kernels->layer_norm_parameter_sums(gradient, x, mean, variance, rows, columns, epsilon, weight_sums, bias_sums);
  for (ptrdiff_t i = 0; i < columns; i++) {
    double w = 0, b = 0, size = 0;
    for (ptrdiff_t row = 0; row < rows; row++) {
      double g = gradient[row * columns + i];
      double n = ((double)x[row * columns + i] - mean[row]) / sqrt((double)variance[row] + epsilon);
      w += g * n;
      b += g;
      size += fabs(g) * (1 + fabs(n));
    }
    expect("layer_norm_parameter_sums, weight", i, weight_sums[i], w, 1e-6 * size);
    expect("layer_norm_parameter_sums, bias", i, bias_sums[i], b, 1e-6 * size);
  }
}

static void test_normalised_rows(ptrdiff_t columns) {
  const ptrdiff_t count = rows * columns;
  float *x = random_array(count, -2, 2);
  // A row that the smallest size decides.
  for (ptrdiff_t i = 0; i < columns; i++) x[columns + i] *= 1e-9f;
  const float *gradient = random_array(count, -2, 2);
  for (int is_mean = 0; is_mean < 2; is_mean++) {
    const float epsilon = is_mean ? 1e-6f : 1e-5f;
    float *y = new_array(count);
    kernels->normalise_rows(x, rows, columns, is_mean, epsilon, y);
    for (int is_constant = 0; is_constant < 2; is_constant++) {
      float *result = new_array(count);
      kernels->normalise_rows_backward(gradient, x, rows, columns, is_mean, epsilon, is_constant, result);
      for (ptrdiff_t row = 0; row < rows; row++) {
        double squares = 0, product = 0, size = 0, n = is_mean ? (double)columns : 1;
        for (ptrdiff_t i = 0; i < columns; i++) squares += (double)x[row * columns + i] * x[row * columns + i];
        bool is_bounded = !is_mean && sqrt(squares) < epsilon;
        double r = 1 / (is_mean ? sqrt(squares / n + epsilon) : fmax(sqrt(squares), epsilon));
        for (ptrdiff_t i = 0; i < columns; i++) {
          double term = gradient[row * columns + i] * (x[row * columns + i] * r) / n;
          product += term;
          size += fabs(term);
        }
        if (is_constant || is_bounded) product = size = 0;
        for (ptrdiff_t i = 0; i < columns; i++) {
          ptrdiff_t place = row * columns + i;
          double v = x[place] * r, g = gradient[place];
          expect("normalise_rows", place, y[place], v, 1e-6 * fabs(v));
          expect("normalise_rows_backward", place, result[place], (g - v * product) * r,
                 1e-6 * r * (fabs(g) + fabs(v) * size));
        }
      }
    }
  }
}

static void test_column_sums(ptrdiff_t columns) {
  const float *x = random_array(rows * columns, -2, 2), *y = random_array(rows * columns, -2, 2);
  float *sums = new_array(columns), *of_products = new_array(columns);
  kernels->column_sums(x, rows, columns, sums);
  kernels->product_column_sums(x, y, rows, columns, of_products);
  for (ptrdiff_t i = 0; i < columns; i++) {
    float sum = 0, of_product = 0;
    for (ptrdiff_t row = 0; row < rows; row++) {
      float product = x[row * columns + i] * y[row * columns + i];
      sum += x[row * columns + i];
      of_product += product;
    }
    expect_bits("column_sums", i, sums[i], sum);
    expect_bits("product_column_sums", i, of_products[i], of_product);
  }
}

static void test_scaled_columns(ptrdiff_t columns) {
  const float *x = random_array(rows * columns, -2, 2), *factors = random_array(columns, -2, 2);
  const float *residual = random_array(rows * columns, -2, 2);
  float *y = new_array(rows * columns), *sum = new_array(rows * columns);
  kernels->scale_columns(x, rows, columns, factors, NULL, y);
  kernels->scale_columns(x, rows, columns, factors, residual, sum);
  for (ptrdiff_t i = 0; i < rows * columns; i++) {
    float product = x[i] * factors[i % columns];
    expect_bits("scale_columns", i, y[i], product);
    expect_bits("scale_columns, residual", i, sum[i], product + residual[i]);
  }
}

// MARK: - Elements

static void test_exponential(ptrdiff_t count) {
  float *x = random_array(count, -90, 0);
  x[0] = 0;
  if (count > 2) x[2] = -INFINITY;
  if (count > 3) x[3] = NAN;
  float *y = copy(x, count);
  kernels->exponential(y, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    // 2 units in the last place, which lies 2^-23 to 2^-24 below the number; 0 where it would be subnormal.
    double expected = x[i] < -87.33654f ? 0 : exp(x[i]);
    int exponent;
    frexp(expected, &exponent);
    expect("exponential", i, y[i], expected, 2 * ldexp(1, exponent - 24));
  }
}

static void test_gelu(ptrdiff_t count) {
  float *x = random_array(count, -9, 9);
  // Near the borders of the approximations, around 0, far out, and no number.
  const float places[] = {0, -0.0f, 1, -1, 0.99999f, 1e-6f, 40, -40, 1e30f, -1e30f, NAN, -5.9f, 5.9f};
  for (ptrdiff_t i = 0; i < count && count > 20 && i < (ptrdiff_t)(sizeof places / sizeof *places); i++) x[i] = places[i];
  const float *gradient = random_array(count, -3, 3);
  float *y = new_array(count), *both = new_array(count);
  float *slope = copy(gradient, count), *slope_of_both = copy(gradient, count), *ratio = copy(gradient, count);
  kernels->gelu(x, count, y);
  kernels->gelu_with_backward(x, count, both, slope_of_both);
  kernels->gelu_backward(x, count, slope);
  kernels->gelu_ratio(x, count, ratio);
  for (ptrdiff_t i = 0; i < count; i++) {
    double g = gradient[i], v = x[i], derivative = normal(v) + v * density(v);
    expect("gelu", i, y[i], gelu(v), 1e-7 * fabs(v));
    expect("gelu_with_backward", i, both[i], gelu(v), 1e-7 * fabs(v));
    expect("gelu_backward", i, slope[i], g * derivative, 3e-7 * fabs(g));
    expect("gelu_with_backward, gradient", i, slope_of_both[i], g * derivative, 3e-7 * fabs(g));
    expect("gelu_ratio", i, ratio[i], g * normal(v), 2e-7 * fabs(g));
  }
}

static void test_sigmoid_gelu(ptrdiff_t count) {
  // GELU by tanh, and QuickGELU.
  const float coefficients[2][2] = {{1.59576912f, 0.0713548163f}, {1.702f, 0}};
  for (int form = 0; form < 2; form++) {
    const float linear = coefficients[form][0], cubic = coefficients[form][1];
    const float *x = random_array(count, -5, 5), *gradient = random_array(count, -3, 3);
    float *y = new_array(count), *slope = copy(gradient, count), *ratio = copy(gradient, count);
    kernels->sigmoid_gelu(x, count, linear, cubic, y);
    kernels->sigmoid_gelu_backward(x, count, linear, cubic, slope);
    kernels->sigmoid_gelu_ratio(x, count, linear, cubic, ratio);
    for (ptrdiff_t i = 0; i < count; i++) {
      double v = x[i], g = gradient[i], u = v * (linear + cubic * v * v), s = logistic(u);
      double change = v * (1 - s) * (linear + 3 * cubic * v * v);
      // The rounding of u is a relative error of the sigmoid.
      double relative = 1e-6 + 3e-7 * fabs(u);
      expect("sigmoid_gelu", i, y[i], v * s, relative * fabs(v * s));
      expect("sigmoid_gelu_backward", i, slope[i], g * s * (1 + change), relative * fabs(g) * s * (1 + fabs(change)));
      expect("sigmoid_gelu_ratio", i, ratio[i], g * s, relative * fabs(g) * s);
    }
  }
}

static void test_swiglu(ptrdiff_t columns) {
  const float gate = 0.75f, share = 0.25f;
  const float *x = random_array(2 * rows * columns, -15, 15), *gradient = random_array(rows * columns, -3, 3);
  float *y = new_array(rows * columns), *result = new_array(2 * rows * columns), *ratio = new_array(2 * rows * columns);
  kernels->swiglu(x, rows, columns, y);
  kernels->swiglu_backward(x, gradient, rows, columns, result);
  kernels->swiglu_ratio(x, gradient, rows, columns, gate, share, ratio);
  for (ptrdiff_t i = 0; i < rows * columns; i++) {
    ptrdiff_t first = i / columns * 2 * columns + i % columns, second = first + columns;
    double a = x[first], b = x[second], d = gradient[i], s = logistic(a), change = a * (1 - s);
    expect("swiglu", i, y[i], a * s * b, 1e-6 * fabs(a * s * b));
    expect("swiglu_backward, gate", first, result[first], d * b * s * (1 + change),
           1e-6 * fabs(d * b) * s * (1 + fabs(a)));
    expect("swiglu_backward, value", second, result[second], d * a * s, 1e-6 * fabs(d * a * s));
    expect("swiglu_ratio, gate", first, ratio[first], d * s * b * gate, 1e-6 * fabs(d * s * b));
    expect("swiglu_ratio, value", second, ratio[second], d * s * a * share, 1e-6 * fabs(d * s * a));
  }
}

static void test_rotation(ptrdiff_t pairs) {
  enum { groups = 2 };
  const ptrdiff_t count = rows * groups * 2 * pairs;
  const float *x = random_array(count, -2, 2);
  const float *cosines = random_array(rows * pairs, -1, 1), *sines = random_array(rows * pairs, -1, 1);
  for (int form = 0; form < 4; form++) {
    // Neighbours, or halves of a group; there, or back.
    const ptrdiff_t step = form & 1 ? 2 : 1, distance = form & 1 ? 1 : pairs;
    const float sign = form & 2 ? -1 : 1;
    float *y = new_array(count);
    kernels->rotate_pairs(x, rows, groups, pairs, cosines, sines, sign, step, distance, y);
    for (ptrdiff_t i = 0; i < rows * groups * pairs; i++) {
      ptrdiff_t group = i / pairs, angle = group / groups * pairs + i % pairs;
      ptrdiff_t first = group * 2 * pairs + i % pairs * step, second = first + distance;
      double a = x[first], b = x[second], c = cosines[angle], s = sign * sines[angle];
      double tolerance = 0x1p-22 * (fabs(a) + fabs(b));
      expect("rotate_pairs, first", first, y[first], a * c - b * s, tolerance);
      expect("rotate_pairs, second", second, y[second], b * c + a * s, tolerance);
    }
  }
}

// Numbers with which single operations differ most, among random ones.
static float *steps_array(ptrdiff_t count) {
  const float special[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 1e-40f, -1e-40f, 3e38f, 1, 1};
  float *array = random_array(count, -3, 3);
  for (ptrdiff_t i = 0; i < count; i++) {
    if (uniform(0, 1) < 0.5f) array[i] = special[(int)uniform(0, 9.99f)];
  }
  return array;
}

static float combined(xai_combination combination, float a, float b) {
  switch (combination) {
    case XAI_SUM: return a + b;
    case XAI_DIFFERENCE: return a - b;
    case XAI_PRODUCT: return a * b;
    case XAI_QUOTIENT: return a / b;
    case XAI_MAXIMUM: return b >= a ? b : a;
  }
  return NAN;
}

static void test_steps(ptrdiff_t count) {
  const float *a = steps_array(count), *b = steps_array(count), *c = steps_array(count), *d = steps_array(count);
  float *y = new_array(count);
  const float constants[] = {1.7f, -0.0f, INFINITY, NAN};
  for (int combination = XAI_SUM; combination <= XAI_MAXIMUM; combination++) {
    kernels->combine((xai_combination)combination, a, b, NAN, count, y);
    for (ptrdiff_t i = 0; i < count; i++) {
      expect_bits("combine", i, y[i], combined((xai_combination)combination, a[i], b[i]));
    }
    for (int at = 0; at < 4; at++) {
      // In place, as formulas do it.
      float *result = copy(a, count);
      kernels->combine((xai_combination)combination, result, NULL, constants[at], count, result);
      for (ptrdiff_t i = 0; i < count; i++) {
        expect_bits("combine, constant", i, result[i], combined((xai_combination)combination, a[i], constants[at]));
      }
    }
  }
  kernels->choose(XAI_EQUAL, a, b, c, d, count, y);
  for (ptrdiff_t i = 0; i < count; i++) expect_bits("choose, equal", i, y[i], a[i] == b[i] ? c[i] : d[i]);
  kernels->choose(XAI_LESS, a, b, c, d, count, y);
  for (ptrdiff_t i = 0; i < count; i++) expect_bits("choose, less", i, y[i], a[i] < b[i] ? c[i] : d[i]);
  kernels->absolute(a, count, y);
  for (ptrdiff_t i = 0; i < count; i++) expect_bits("absolute", i, y[i], fabsf(a[i]));
  float *sum = copy(b, count);
  kernels->add(a, count, sum);
  for (ptrdiff_t i = 0; i < count; i++) expect_bits("add", i, sum[i], b[i] + a[i]);
}

static void test_peak(int set) {
  const double expected = 2 * 12 * (double)kernels->lanes * 1000;
  if (kernels->peak(1000) != expected) fail("peak", 0, kernels->peak(1000), expected, 0);
  if (xai_peak_fma(set, 1000) != expected) fail("xai_peak_fma", 0, xai_peak_fma(set, 1000), expected, 0);
}

// MARK: - All of them

static void test_set(int set) {
  comparisons = 0;
  checksum = 2166136261u;
  random_state = 1;
  test_packing_of_all();
  FOR_EACH_LENGTH(length) {
    const ptrdiff_t count = (ptrdiff_t)length;
    test_softmax(count);
    test_layer_norm(count);
    test_normalised_rows(count);
    test_column_sums(count);
    test_scaled_columns(count);
    test_exponential(count);
    test_gelu(count);
    test_sigmoid_gelu(count);
    test_swiglu(count);
    test_rotation(count);
    test_steps(count);
  }
  test_exponential(20000);
  test_gelu(20000);
  // The last, since processors differ in the height of a tile, and with it in the random numbers that are used.
  test_tiles();
  test_peak(set);
}

int main(void) {
  const char *names[] = {"baseline", "AVX2", "AVX-512"};
  const int sets[] = {XAI_BASELINE, XAI_AVX2, XAI_AVX512};
  for (int i = 0; i < 3; i++) {
    kernels = xai_vector_kernels_for(sets[i]);
#if !defined(__x86_64__)
    if (i > 0 && kernels) fail("sets of Intel's instructions", i, 1, 0, 0);
    if (xai_amx_available() || xai_bfloat16_available()) fail("Intel's bfloat16", 0, 1, 0, 0);
#endif
    if (!kernels) continue;
    test_set(sets[i]);
    printf("%s, %td lanes, tiles of %td rows: %ld elements compared\n", names[i], kernels->lanes, kernels->tile_rows,
           comparisons);
    if (i == 0) printf("checksum of equal bits: %08x\n", checksum);
  }
  if (failures) printf("%ld elements differ\n", failures);
  return failures ? 1 : 0;
}
