// Calls for some of the memory that is needed next, up to `pairs` pairs of cache lines, while the processor multiplies.
XAI_INLINE void prefetch_ahead(xai_tile_epilogue *end, const int pairs) {
#pragma clang loop unroll(full)
  for (int i = 0; i < pairs; i++) {
    if (end->prefetch_count <= 0) return;
    const char *next = (const char *)end->prefetch;
    __builtin_prefetch(next, 0, 2);
    __builtin_prefetch(next + 64, 0, 2);
    next += 128;
    end->prefetch_count--;
    if (--end->prefetch_left_of_run == 0) {
      end->prefetch_left_of_run = end->prefetch_run;
      next += end->prefetch_skip;
    }
    end->prefetch = next;
  }
}
