// Decoding and encoding of images to and from 8-bit RGB, over libjpeg, libpng, libwebp and giflib.
//
// The first two report errors by longjmp. The jumps stay inside this target: every function here returns a
// status. What is about WebP and GIF is there only where the manifest found the library.

#ifndef C_IMAGE_CODECS_H
#define C_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__cplusplus)
extern "C" {
#endif

/// What went wrong, if anything; the message of the library stands in `xai_codec_report`.
typedef enum xai_codec_status {
  XAI_CODEC_OK = 0,
  /// The input ends before the image does.
  XAI_CODEC_TRUNCATED = 1,
  /// The input breaks the rules of its format, or uses a part of it that the library lacks.
  XAI_CODEC_CORRUPT = 2,
  /// Memory ran out.
  XAI_CODEC_NO_MEMORY = 3,
} xai_codec_status;

/// The library's message for a status other than `XAI_CODEC_OK`, with a terminating zero.
typedef struct xai_codec_report {
  char message[224];
} xai_codec_report;

/// The extent of an image as its header states it.
typedef struct xai_extent {
  uint32_t width;
  uint32_t height;
} xai_extent;

/// An encoded image, which the caller discards with `xai_discard`.
typedef struct xai_encoded {
  uint8_t *bytes;
  size_t count;
} xai_encoded;

/// Reads the extent of a JPEG from its header, without decoding pixels.
xai_codec_status xai_jpeg_extent(
    const uint8_t *bytes, size_t count, xai_extent *extent, xai_codec_report *report);

/// Decodes a JPEG to `extent.width * extent.height * 3` bytes; fails unless the header states that extent.
xai_codec_status xai_jpeg_decode(
    const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels, xai_codec_report *report);

/// Reads the extent of a PNG from its header, without decoding pixels.
xai_codec_status xai_png_extent(
    const uint8_t *bytes, size_t count, xai_extent *extent, xai_codec_report *report);

/// Decodes a PNG to `extent.width * extent.height * 3` bytes; fails unless the header states that extent.
xai_codec_status xai_png_decode(
    const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels, xai_codec_report *report);

/// Inflates a zlib stream, such as that of a text in a PNG, and gives the number of bytes; 0 where it is damaged or
/// has more than `capacity`.
size_t xai_inflate(const uint8_t *bytes, size_t count, uint8_t *target, size_t capacity);

/// Reads the extent of a WebP, still or animated, from its header.
xai_codec_status xai_webp_extent(
    const uint8_t *bytes, size_t count, xai_extent *extent, xai_codec_report *report);

/// Decodes a WebP, or the first frame of an animated one, to `extent.width * extent.height * 3` bytes.
xai_codec_status xai_webp_decode(
    const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels, xai_codec_report *report);

/// Reads the extent of a GIF: that of its screen, or what the first frame needs where that is more.
xai_codec_status xai_gif_extent(
    const uint8_t *bytes, size_t count, xai_extent *extent, xai_codec_report *report);

/// Decodes the first frame of a GIF to `extent.width * extent.height * 3` bytes.
xai_codec_status xai_gif_decode(
    const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels, xai_codec_report *report);

/// Encodes RGB pixels as a baseline JPEG of `quality` 1 to 100, chroma at half resolution.
///
/// The file states a `resolution` in pixels an inch that is above 0.
xai_codec_status xai_jpeg_encode(
    const uint8_t *pixels, xai_extent extent, int32_t quality, double resolution, xai_encoded *encoded,
    xai_codec_report *report);

/// Encodes 8-bit pixels of 1 (grey), 3 (RGB) or 4 (RGB and alpha) channels as a PNG.
///
/// The file states a `resolution` in pixels an inch that is above 0.
xai_codec_status xai_png_encode(
    const uint8_t *pixels, xai_extent extent, int32_t channels, double resolution, xai_encoded *encoded,
    xai_codec_report *report);

/// Frees the memory of an encoded image.
static inline void xai_discard(xai_encoded *encoded) {
  free(encoded->bytes);
  encoded->bytes = NULL;
  encoded->count = 0;
}

#if defined(__cplusplus)
}
#endif

#endif
