// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64, or whatever clang makes of 4 lanes.
#include "include/CVectorKernels.h"

#define XAI_LANES 4
#if defined(__aarch64__)
#define XAI_ROWS 12
#else
#define XAI_ROWS 6
#endif
#define XAI_TABLE xai_kernels_baseline
#include "kernels.h"
