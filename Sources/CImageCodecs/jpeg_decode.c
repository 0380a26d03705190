#include <jerror.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "jpeg_error.h"

/// All that outlives a jump: it stands in the caller's frame, so that setjmp leaves its values alone.
typedef struct decoder {
  struct jpeg_decompress_struct codec;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  xai_jpeg_error error;
  uint8_t *row;
} decoder;

// MARK: - Source

static void start_or_end_source(j_decompress_ptr codec) { (void)codec; }

// The whole input lies in memory: being asked for more means that it is cut off. libjpeg's own memory source
// only warns here and makes the rest of the picture grey.
static boolean input_ended(j_decompress_ptr codec) {
  ERREXIT(codec, JWRN_JPEG_EOF);
  return FALSE;
}

static void skip(j_decompress_ptr codec, long count) {
  if (count <= 0) return;
  if ((size_t)count > codec->src->bytes_in_buffer) ERREXIT(codec, JWRN_JPEG_EOF);
  codec->src->next_input_byte += count;
  codec->src->bytes_in_buffer -= (size_t)count;
}

// MARK: - Bounded work

// A progressive file of a few kilobytes can ask for hundreds of passes over a large picture. Sixteen scans
// are always granted (encoders write about ten), more as long as scans × pixels stay below 2^31, five hundred
// at most.
static void bound_scans(j_common_ptr common) {
  j_decompress_ptr codec = (j_decompress_ptr)common;
  uint64_t pixels = (uint64_t)codec->image_width * codec->image_height;
  uint64_t granted = pixels == 0 ? 500 : (UINT64_C(1) << 31) / pixels;
  if (granted < 16) granted = 16;
  if (granted > 500) granted = 500;
  if (codec->input_scan_number > 0 && (uint64_t)codec->input_scan_number > granted) {
    xai_jpeg_fail(common, XAI_CODEC_CORRUPT, "more scans than a picture of its size needs");
  }
}

// MARK: - Decoding

static void open(decoder *decoder, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(&decoder->codec);
  decoder->source.init_source = start_or_end_source;
  decoder->source.fill_input_buffer = input_ended;
  decoder->source.skip_input_data = skip;
  decoder->source.resync_to_restart = jpeg_resync_to_restart;
  decoder->source.term_source = start_or_end_source;
  decoder->source.next_input_byte = bytes;
  decoder->source.bytes_in_buffer = count;
  decoder->codec.src = &decoder->source;
  decoder->progress.progress_monitor = bound_scans;
  decoder->codec.progress = &decoder->progress;
  jpeg_read_header(&decoder->codec, TRUE);
}

static void close(decoder *decoder) {
  jpeg_destroy_decompress(&decoder->codec);
  free(decoder->row);
}

static inline uint8_t product_over_255(uint32_t a, uint32_t b) {
  uint32_t product = a * b + 128;
  return (uint8_t)((product + (product >> 8)) >> 8);
}

// Four-channel JPEGs hold inverted ink, as Adobe writes them: c = 255 − C. Then R = w − C·w/255 with w = 255
// − K = k, which is the conversion of Pillow ("CMYK;I" and CMYK to RGB); libjpeg has none.
static void rgb_of_inverted_cmyk(const uint8_t *inks, uint32_t width, uint8_t *rgb) {
  for (uint32_t x = 0; x < width; x++) {
    uint32_t white = inks[4 * x + 3];
    for (uint32_t channel = 0; channel < 3; channel++) {
      rgb[3 * x + channel] = (uint8_t)(white - product_over_255(255 - inks[4 * x + channel], white));
    }
  }
}

static void read_rows(decoder *decoder, uint8_t *pixels) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  const size_t stride = (size_t)codec->output_width * 3;
  const int is_cmyk = codec->out_color_space == JCS_CMYK;
  if (is_cmyk) {
    decoder->row = malloc((size_t)codec->output_width * 4);
    if (decoder->row == NULL) ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  }
  while (codec->output_scanline < codec->output_height) {
    uint8_t *target = pixels + stride * codec->output_scanline;
    JSAMPROW rows[1] = {is_cmyk ? decoder->row : target};
    if (jpeg_read_scanlines(codec, rows, 1) != 1) ERREXIT(codec, JWRN_JPEG_EOF);
    if (is_cmyk) rgb_of_inverted_cmyk(decoder->row, codec->output_width, target);
  }
}

static xai_codec_status extent_of(decoder *decoder, const uint8_t *bytes, size_t count, xai_extent *extent) {
  if (setjmp(decoder->error.back)) return decoder->error.status;
  open(decoder, bytes, count);
  *extent = (xai_extent){decoder->codec.image_width, decoder->codec.image_height};
  return XAI_CODEC_OK;
}

static xai_codec_status decode(
    decoder *decoder, const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels) {
  if (setjmp(decoder->error.back)) return decoder->error.status;
  open(decoder, bytes, count);
  struct jpeg_decompress_struct *codec = &decoder->codec;
  codec->out_color_space = codec->num_components == 4 ? JCS_CMYK : JCS_RGB;
  codec->dct_method = JDCT_ISLOW;
  jpeg_start_decompress(codec);
  if (codec->output_width != extent.width || codec->output_height != extent.height) {
    xai_jpeg_fail((j_common_ptr)codec, XAI_CODEC_CORRUPT, "the image is not of the announced extent");
  }
  read_rows(decoder, pixels);
  // Reads up to the end marker, so that a picture cut off in its last bytes is found out.
  jpeg_finish_decompress(codec);
  return XAI_CODEC_OK;
}

xai_codec_status xai_jpeg_extent(
    const uint8_t *bytes, size_t count, xai_extent *extent, xai_codec_report *report) {
  decoder decoder;
  memset(&decoder, 0, sizeof decoder);
  decoder.codec.err = xai_jpeg_error_init(&decoder.error, report);
  xai_codec_status status = extent_of(&decoder, bytes, count, extent);
  close(&decoder);
  return status;
}

xai_codec_status xai_jpeg_decode(
    const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels, xai_codec_report *report) {
  decoder decoder;
  memset(&decoder, 0, sizeof decoder);
  decoder.codec.err = xai_jpeg_error_init(&decoder.error, report);
  xai_codec_status status = decode(&decoder, bytes, count, extent, pixels);
  close(&decoder);
  return status;
}
