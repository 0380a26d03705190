// What a processor and its memory can do at most, for the benchmarks: a product that no instruction limits, and a sum that
// only memory limits. The peak of float32 is a kernel (CVectorKernels), since it depends on the instruction set.
#ifndef XAI_MACHINE_H
#define XAI_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

enum { XAI_BFLOAT16_AVX512 = 0, XAI_BFLOAT16_AMX = 1 };

// Whether this processor has a unit that multiplies bfloat16, and this process may use it.
bool xai_has_bfloat16(int unit);

// How many operations `rounds` rounds of products of bfloat16 in registers are, summed in float32, having run them; 0 where
// the processor lacks the unit.
double xai_peak_bfloat16(int unit, ptrdiff_t rounds);

// sum ← a + factor·b, the triad of McCalpin's STREAM: what is left of it on large arrays is the memory.
void xai_triad(float *sum, const float *a, const float *b, float factor, ptrdiff_t count);

#endif
