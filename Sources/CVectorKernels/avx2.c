#if defined(__x86_64__)
#include <immintrin.h>

#include "include/CVectorKernels.h"

#define XAI_LANES 8
#define XAI_ROWS 6
#define XAI_TABLE xai_kernels_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop
#endif
