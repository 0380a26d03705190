#include "include/CVectorKernels.h"

// Wider vectors than the architecture's own would wait for memory as long.
void xai_triad(float *restrict sum, const float *restrict a, const float *restrict b, float factor, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) sum[i] = a[i] + factor * b[i];
}
