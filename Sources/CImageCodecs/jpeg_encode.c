#include <jerror.h>
#include <string.h>

#include "buffer.h"
#include "jpeg_error.h"

enum { chunk_size = 16384 };

/// All that outlives a jump: it stands in the caller's frame, so that setjmp leaves its values alone.
typedef struct encoder {
  struct jpeg_compress_struct codec;
  struct jpeg_destination_mgr destination;
  xai_jpeg_error error;
  xai_encoded *encoded;
  size_t capacity;
  uint8_t chunk[chunk_size];
} encoder;

static void use_whole_chunk(encoder *encoder) {
  encoder->destination.next_output_byte = encoder->chunk;
  encoder->destination.free_in_buffer = chunk_size;
}

static void append(j_compress_ptr codec, size_t count) {
  encoder *encoder = codec->client_data;
  if (!xai_append(encoder->encoded, &encoder->capacity, encoder->chunk, count)) {
    ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  }
  use_whole_chunk(encoder);
}

static void start(j_compress_ptr codec) { use_whole_chunk(codec->client_data); }

// libjpeg asks to empty the whole chunk whatever free_in_buffer says.
static boolean empty_chunk(j_compress_ptr codec) {
  append(codec, chunk_size);
  return TRUE;
}

static void finish(j_compress_ptr codec) { append(codec, chunk_size - codec->dest->free_in_buffer); }

static xai_codec_status encode(
    encoder *encoder, const uint8_t *pixels, xai_extent extent, int32_t quality, double resolution) {
  if (setjmp(encoder->error.back)) return encoder->error.status;
  struct jpeg_compress_struct *codec = &encoder->codec;
  jpeg_create_compress(codec);
  codec->client_data = encoder;
  encoder->destination.init_destination = start;
  encoder->destination.empty_output_buffer = empty_chunk;
  encoder->destination.term_destination = finish;
  codec->dest = &encoder->destination;
  codec->image_width = extent.width;
  codec->image_height = extent.height;
  codec->input_components = 3;
  codec->in_color_space = JCS_RGB;
  jpeg_set_defaults(codec);
  jpeg_set_quality(codec, quality, TRUE);
  if (resolution > 0) {
    codec->density_unit = 1;  // Pixels an inch.
    const double density = resolution < 65535 ? resolution + 0.5 : 65535;
    codec->X_density = codec->Y_density = (UINT16)density;
  }
  jpeg_start_compress(codec, TRUE);
  while (codec->next_scanline < codec->image_height) {
    // libjpeg only reads the rows, but its type says otherwise.
    JSAMPROW rows[1] = {(JSAMPROW)(uintptr_t)(pixels + (size_t)extent.width * 3 * codec->next_scanline)};
    jpeg_write_scanlines(codec, rows, 1);
  }
  jpeg_finish_compress(codec);
  return XAI_CODEC_OK;
}

xai_codec_status xai_jpeg_encode(
    const uint8_t *pixels, xai_extent extent, int32_t quality, double resolution,
    xai_encoded *encoded, xai_codec_report *report) {
  *encoded = (xai_encoded){NULL, 0};
  encoder encoder;
  memset(&encoder, 0, sizeof encoder);
  encoder.encoded = encoded;
  encoder.codec.err = xai_jpeg_error_init(&encoder.error, report);
  xai_codec_status status = encode(&encoder, pixels, extent, quality, resolution);
  jpeg_destroy_compress(&encoder.codec);
  if (status != XAI_CODEC_OK) xai_discard(encoded);
  return status;
}
