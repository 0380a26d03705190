// Calls for some of the memory that is needed next, up to `pairs` pairs of cache lines, while the processor multiplies.
XAI_INLINE void call_ahead(xai_tile_end *end, const int pairs) {
#pragma clang loop unroll(full)
  for (int i = 0; i < pairs; i++) {
    if (end->ahead_count <= 0) return;
    const char *next = (const char *)end->ahead;
    __builtin_prefetch(next, 0, 2);
    __builtin_prefetch(next + 64, 0, 2);
    next += 128;
    end->ahead_count--;
    if (--end->ahead_left_of_run == 0) {
      end->ahead_left_of_run = end->ahead_run;
      next += end->ahead_skip;
    }
    end->ahead = next;
  }
}
