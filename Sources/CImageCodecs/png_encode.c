#include <png.h>

#include "buffer.h"

/// All that outlives a jump: it stands in the caller's frame, so that setjmp leaves its values alone.
typedef struct encoder {
  png_structp png;
  png_infop info;
  xai_encoded *encoded;
  size_t capacity;
  xai_codec_status status;
  xai_codec_report *report;
} encoder;

static void fail(png_structp png, png_const_charp message) {
  encoder *encoder = png_get_error_ptr(png);
  xai_set_message(encoder->report, message);
  if (encoder->status == XAI_CODEC_OK) encoder->status = XAI_CODEC_CORRUPT;
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void append(png_structp png, png_bytep bytes, size_t count) {
  encoder *encoder = png_get_io_ptr(png);
  if (xai_append(encoder->encoded, &encoder->capacity, bytes, count)) return;
  encoder->status = XAI_CODEC_NO_MEMORY;
  png_error(png, "no memory for the encoded image");
}

static void flush(png_structp png) { (void)png; }

static xai_codec_status encode(
    encoder *encoder, const uint8_t *pixels, xai_extent extent, int32_t channels, double resolution) {
  encoder->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, encoder, fail, ignore);
  if (encoder->png == NULL) return XAI_CODEC_NO_MEMORY;
  encoder->info = png_create_info_struct(encoder->png);
  if (encoder->info == NULL) return XAI_CODEC_NO_MEMORY;
  if (setjmp(png_jmpbuf(encoder->png))) return encoder->status;
  png_set_write_fn(encoder->png, encoder, append, flush);
  const int color_type = channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB;
  png_set_IHDR(
      encoder->png, encoder->info, extent.width, extent.height, 8, color_type, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (resolution > 0) {
    // pHYs counts pixels a metre.
    const png_uint_32 density = (png_uint_32)(resolution / 0.0254 + 0.5);
    png_set_pHYs(encoder->png, encoder->info, density, density, PNG_RESOLUTION_METER);
  }
  // Photographs under a map are as small as with the default, 6, in a third of the time, which a first picture waits for.
  png_set_compression_level(encoder->png, 4);
  png_write_info(encoder->png, encoder->info);
  for (size_t y = 0; y < extent.height; y++) {
    png_write_row(encoder->png, pixels + y * extent.width * (size_t)channels);
  }
  png_write_end(encoder->png, NULL);
  return XAI_CODEC_OK;
}

xai_codec_status xai_png_encode(
    const uint8_t *pixels, xai_extent extent, int32_t channels, double resolution,
    xai_encoded *encoded, xai_codec_report *report) {
  *encoded = (xai_encoded){NULL, 0};
  xai_set_message(report, "no memory for the encoder");
  encoder encoder = {.encoded = encoded, .status = XAI_CODEC_OK, .report = report};
  xai_codec_status status = encode(&encoder, pixels, extent, channels, resolution);
  png_destroy_write_struct(&encoder.png, &encoder.info);
  if (status != XAI_CODEC_OK) xai_discard(encoded);
  return status;
}
