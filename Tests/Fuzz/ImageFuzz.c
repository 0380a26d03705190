// A libFuzzer target over the image decoders; README.md in this folder says how to build and run it.

#include <stdlib.h>

#include "CImageCodecs.h"

enum { pixel_limit = 1 << 20 };

typedef xai_codec_status (*extent_function)(const uint8_t *, size_t, xai_extent *, xai_codec_report *);
typedef xai_codec_status (*decode_function)(
    const uint8_t *, size_t, xai_extent, uint8_t *, xai_codec_report *);

static void run(extent_function read_extent, decode_function decode, const uint8_t *bytes, size_t count) {
  xai_codec_report report;
  xai_extent extent;
  if (read_extent(bytes, count, &extent, &report) != XAI_CODEC_OK) return;
  if ((uint64_t)extent.width * extent.height > pixel_limit) return;
  // Exactly as many bytes as announced, so that the sanitizer sees a single one too many.
  uint8_t *pixels = malloc((size_t)extent.width * extent.height * 3);
  if (pixels == NULL) return;
  decode(bytes, count, extent, pixels, &report);
  free(pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  // The formats are told apart by their first byte, so that one corpus serves all.
  switch (count > 0 ? bytes[0] : 0) {
  case 0xFF: run(xai_jpeg_extent, xai_jpeg_decode, bytes, count); break;
#if defined(XAI_WEBP)
  case 'R': run(xai_webp_extent, xai_webp_decode, bytes, count); break;
#endif
#if defined(XAI_GIF)
  case 'G': run(xai_gif_extent, xai_gif_decode, bytes, count); break;
#endif
  default: run(xai_png_extent, xai_png_decode, bytes, count);
  }
  return 0;
}
