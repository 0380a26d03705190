#if defined(__x86_64__)
#include <immintrin.h>

#include "include/CVectorKernels.h"

#define XAI_LANES 16
#define XAI_ROWS 14
#define XAI_TABLE xai_kernels_avx512
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop
#endif
