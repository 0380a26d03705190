// All kernels for one instruction set, as a table. The including file defines XAI_LANES and XAI_ROWS (the
// most rows of a tile: two vectors of sums for each, two of B and one of A fit in the registers), and the target.
#include "vector.h"
#include "functions.h"
#include "transpose.h"
#include "prefetch.h"
#include "matrix.h"
#include "rows.h"
#include "elements.h"
#include "gating.h"
#include "blocks.h"
#include "formulas.h"

static const xai_vector_kernels table = {
    .tile_rows = XAI_ROWS,
    .tile_columns = XAI_TILE_COLUMNS,
    .lanes = XAI_LANES,
    .pack = pack,
    .pack_lines = pack_lines,
    .multiply_tile = multiply_tile,
    .softmax = softmax,
    .softmax_backward = softmax_backward,
    .layer_norm = layer_norm,
    .layer_norm_backward = layer_norm_backward,
    .layer_norm_parameter_sums = layer_norm_parameter_sums,
    .column_sums = column_sums,
    .gelu = gelu,
    .gelu_backward = gelu_backward,
    .gelu_ratio = gelu_ratio,
    .gelu_with_backward = gelu_with_backward,
    .add = add,
    .scale_columns = scale_columns,
    .swiglu = swiglu,
    .swiglu_backward = swiglu_backward,
    .swiglu_ratio = swiglu_ratio,
    .sigmoid_gelu = sigmoid_gelu,
    .sigmoid_gelu_backward = sigmoid_gelu_backward,
    .sigmoid_gelu_ratio = sigmoid_gelu_ratio,
    .rotate_pairs = rotate_pairs,
    .normalise_rows = normalise_rows,
    .normalise_rows_backward = normalise_rows_backward,
    .product_column_sums = product_column_sums,
    .combine = combine,
    .choose = choose,
    .absolute = absolute,
    .exponential = exponential_in_place,
    .peak = peak,
};
