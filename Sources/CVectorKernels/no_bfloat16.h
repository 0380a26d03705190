// What processors without units for bfloat16 have in place of their functions, which nothing calls there.
void xai_bfloat16_pack_rows(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t row_stride, ptrdiff_t depth) {}
void xai_bfloat16_pack_rows_across(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t depth,
                                   ptrdiff_t depth_stride) {}
void xai_bfloat16_pack_columns(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t column_stride,
                               ptrdiff_t depth) {}
void xai_bfloat16_pack_depth(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t depth,
                             ptrdiff_t depth_stride) {}
void xai_bfloat16_multiply(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, const uint16_t *b,
                           xai_tile_epilogue *end) {}
void xai_amx_begin(void) {}
void xai_amx_end(void) {}
void xai_amx_multiply(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, const uint16_t *b, xai_tile_epilogue *end) {}
void xai_amx_split_rows(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t row_stride, ptrdiff_t depth) {}
void xai_amx_split_rows_across(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t depth,
                               ptrdiff_t depth_stride) {}
void xai_amx_split_columns(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t column_stride,
                           ptrdiff_t depth) {}
void xai_amx_split_depth(uint16_t *tiles, ptrdiff_t tiles_stride, const float *source, ptrdiff_t columns,
                         ptrdiff_t depth, ptrdiff_t depth_stride) {}
void xai_amx_multiply_split(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, ptrdiff_t a_stride, const uint16_t *b,
                            xai_tile_epilogue *end) {}
double xai_bfloat16_peak(ptrdiff_t rounds) { return 0.0; }
double xai_amx_peak(ptrdiff_t rounds) { return 0.0; }
