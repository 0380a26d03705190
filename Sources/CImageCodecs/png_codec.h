// Included by codecs.cpp, in the namespace png.

/// All that outlives a jump: it stands in the caller's frame, so that setjmp leaves its values alone.
typedef struct decoder {
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  uint8_t *row;
  xai_codec_status status;
  xai_codec_report *report;
} decoder;

// MARK: - Errors and input

static void fail(png_structp png, png_const_charp message) {
  decoder *decoder = (struct decoder *)png_get_error_ptr(png);
  xai_set_message(decoder->report, message);
  if (decoder->status == XAI_CODEC_OK) decoder->status = XAI_CODEC_CORRUPT;
  png_longjmp(png, 1);
}

// Warnings are about chunks that carry no pixels.
static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  decoder *decoder = (struct decoder *)png_get_io_ptr(png);
  if (count > decoder->left) {
    decoder->status = XAI_CODEC_TRUNCATED;
    png_error(png, "the file ends inside a chunk");
  }
  memcpy(target, decoder->next, count);
  decoder->next += count;
  decoder->left -= count;
}

// MARK: - Rows

/// How a row of the file becomes RGB, chosen once for the image.
typedef struct row_format {
  int color_type;
  int depth;
  int channels;
  uint8_t palette[256][3];
} row_format;

static row_format format_of(decoder *decoder) {
  row_format format;
  format.color_type = png_get_color_type(decoder->png, decoder->info);
  format.depth = png_get_bit_depth(decoder->png, decoder->info);
  format.channels = png_get_channels(decoder->png, decoder->info);
  // Entries that the file leaves out are black, as in Pillow.
  memset(format.palette, 0, sizeof format.palette);
  png_colorp colors = NULL;
  int count = 0;
  if (png_get_PLTE(decoder->png, decoder->info, &colors, &count)) {
    for (int entry = 0; entry < count && entry < 256; entry++) {
      format.palette[entry][0] = colors[entry].red;
      format.palette[entry][1] = colors[entry].green;
      format.palette[entry][2] = colors[entry].blue;
    }
  }
  return format;
}

/// The grey level of a sample at `source`: shallow ones are spread over 0 to 255; 16-bit ones of a pure grey
/// image are cut at 255, which is what Pillow's `convert("RGB")` makes of its mode I;16.
static inline uint8_t grey(const row_format *format, const uint8_t *source) {
  switch (format->depth) {
  case 1: return (uint8_t)(source[0] * 255);
  case 2: return (uint8_t)(source[0] * 85);
  case 4: return (uint8_t)(source[0] * 17);
  case 16: return format->color_type == PNG_COLOR_TYPE_GRAY && source[0] != 0 ? 255
      : format->color_type == PNG_COLOR_TYPE_GRAY ? source[1] : source[0];
  default: return source[0];
  }
}

/// Converts `count` pixels of a row, writing every `step`-th pixel of `target`. Alpha is dropped, 16-bit
/// colour keeps its high byte.
static void convert_row(
    const row_format *format, const uint8_t *source, uint32_t count, uint8_t *target, size_t step) {
  const size_t sample = format->depth == 16 ? 2 : 1;
  const size_t pixel = sample * (size_t)format->channels;
  const int has_color = (format->color_type & PNG_COLOR_MASK_COLOR) != 0;
  const int has_palette = format->color_type == PNG_COLOR_TYPE_PALETTE;
  for (uint32_t x = 0; x < count; x++, source += pixel, target += 3 * step) {
    if (has_palette) {
      memcpy(target, format->palette[source[0]], 3);
    } else if (has_color) {
      target[0] = source[0];
      target[1] = source[sample];
      target[2] = source[2 * sample];
    } else {
      memset(target, grey(format, source), 3);
    }
  }
}

// The passes of an interlaced file are read one by one, as small images: one row of memory serves them all.
static void read_passes(decoder *decoder, const row_format *format, xai_extent extent, uint8_t *pixels) {
  for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
    const uint32_t columns = PNG_PASS_COLS(extent.width, pass);
    const uint32_t rows = PNG_PASS_ROWS(extent.height, pass);
    if (columns == 0 || rows == 0) continue;
    const size_t step = (size_t)1 << PNG_PASS_COL_SHIFT(pass);
    for (uint32_t row = 0; row < rows; row++) {
      const size_t y = PNG_ROW_FROM_PASS_ROW(row, pass);
      png_read_row(decoder->png, decoder->row, NULL);
      uint8_t *target = pixels + 3 * (y * extent.width + PNG_PASS_START_COL(pass));
      convert_row(format, decoder->row, columns, target, step);
    }
  }
}

static void read_rows(decoder *decoder, xai_extent extent, uint8_t *pixels) {
  const row_format format = format_of(decoder);
  // Room for the widest pixel, four samples of 16 bits.
  decoder->row = (uint8_t *)malloc((size_t)extent.width * 8);
  if (decoder->row == NULL) {
    decoder->status = XAI_CODEC_NO_MEMORY;
    png_error(decoder->png, "no memory for a row");
  }
  png_set_packing(decoder->png);
  if (png_get_interlace_type(decoder->png, decoder->info) != PNG_INTERLACE_NONE) {
    read_passes(decoder, &format, extent, pixels);
    return;
  }
  for (size_t y = 0; y < extent.height; y++) {
    png_read_row(decoder->png, decoder->row, NULL);
    convert_row(&format, decoder->row, extent.width, pixels + 3 * y * extent.width, 1);
  }
}

// MARK: - Decoding

static void open(decoder *decoder) {
  png_set_read_fn(decoder->png, decoder, read_bytes);
  // The caller bounds width × height, libpng each side to a million. Text, profiles and the like are skipped
  // unread, so that they cannot grow.
  png_set_keep_unknown_chunks(decoder->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_chunk_cache_max(decoder->png, 16);
  png_set_chunk_malloc_max(decoder->png, 1 << 20);
  png_set_check_for_invalid_index(decoder->png, 0);
#if defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
  // Changed bytes would otherwise end at the checksum.
  png_set_crc_action(decoder->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_set_option(decoder->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
#endif
  png_read_info(decoder->png, decoder->info);
}

static void decode_rows(decoder *decoder, xai_extent extent, uint8_t *pixels) {
  if (png_get_image_width(decoder->png, decoder->info) != extent.width
      || png_get_image_height(decoder->png, decoder->info) != extent.height) {
    png_error(decoder->png, "the image is not of the announced extent");
  }
  read_rows(decoder, extent, pixels);
  png_read_end(decoder->png, NULL);
}

/// Reads the header into `extent`, or the pixels where `pixels` is given.
static xai_codec_status run(decoder *decoder, xai_extent *extent, uint8_t *pixels) {
  decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, fail, ignore);
  if (decoder->png == NULL) return XAI_CODEC_NO_MEMORY;
  decoder->info = png_create_info_struct(decoder->png);
  if (decoder->info == NULL) return XAI_CODEC_NO_MEMORY;
  if (setjmp(png_jmpbuf(decoder->png))) return decoder->status;
  open(decoder);
  if (pixels == NULL) {
    extent->width = png_get_image_width(decoder->png, decoder->info);
    extent->height = png_get_image_height(decoder->png, decoder->info);
  } else {
    decode_rows(decoder, *extent, pixels);
  }
  return XAI_CODEC_OK;
}

static xai_codec_status run_and_close(
    const uint8_t *bytes, size_t count, xai_extent *extent, uint8_t *pixels, xai_codec_report *report) {
  xai_set_message(report, "no memory for the decoder");
  decoder decoder = {};
  decoder.next = bytes;
  decoder.left = count;
  decoder.report = report;
  xai_codec_status status = run(&decoder, extent, pixels);
  png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
  free(decoder.row);
  return status;
}

extern "C" xai_codec_status xai_png_extent(
    const uint8_t *bytes, size_t count, xai_extent *extent, xai_codec_report *report) {
  return run_and_close(bytes, count, extent, NULL, report);
}

extern "C" xai_codec_status xai_png_decode(
    const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels, xai_codec_report *report) {
  return run_and_close(bytes, count, &extent, pixels, report);
}

// MARK: - Compressed texts

extern "C" size_t xai_inflate(const uint8_t *bytes, size_t count, uint8_t *target, size_t capacity) {
  uLongf written = capacity;
  return uncompress(target, &written, bytes, count) == Z_OK ? written : 0;
}

// MARK: - Encoding

/// All that outlives a jump: it stands in the caller's frame, so that setjmp leaves its values alone.
typedef struct encoder {
  png_structp png;
  png_infop info;
  xai_encoded *encoded;
  size_t capacity;
  xai_codec_status status;
  xai_codec_report *report;
} encoder;

static void fail_encoding(png_structp png, png_const_charp message) {
  encoder *encoder = (struct encoder *)png_get_error_ptr(png);
  xai_set_message(encoder->report, message);
  if (encoder->status == XAI_CODEC_OK) encoder->status = XAI_CODEC_CORRUPT;
  png_longjmp(png, 1);
}

static void append(png_structp png, png_bytep bytes, size_t count) {
  encoder *encoder = (struct encoder *)png_get_io_ptr(png);
  if (xai_append(encoder->encoded, &encoder->capacity, bytes, count)) return;
  encoder->status = XAI_CODEC_NO_MEMORY;
  png_error(png, "no memory for the encoded image");
}

static void flush(png_structp png) { (void)png; }

static xai_codec_status encode(
    encoder *encoder, const uint8_t *pixels, xai_extent extent, int32_t channels, double resolution) {
  encoder->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, encoder, fail_encoding, ignore);
  if (encoder->png == NULL) return XAI_CODEC_NO_MEMORY;
  encoder->info = png_create_info_struct(encoder->png);
  if (encoder->info == NULL) return XAI_CODEC_NO_MEMORY;
  if (setjmp(png_jmpbuf(encoder->png))) return encoder->status;
  png_set_write_fn(encoder->png, encoder, append, flush);
  const int color_type = channels == 1   ? PNG_COLOR_TYPE_GRAY
                         : channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA
                                         : PNG_COLOR_TYPE_RGB;
  png_set_IHDR(
      encoder->png, encoder->info, extent.width, extent.height, 8, color_type, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (resolution > 0) {
    // pHYs counts pixels a metre.
    const png_uint_32 density = (png_uint_32)(resolution / 0.0254 + 0.5);
    png_set_pHYs(encoder->png, encoder->info, density, density, PNG_RESOLUTION_METER);
  }
  if (resolution > 0) {
    png_set_compression_level(encoder->png, 4);
  } else {
    // A photograph under a map, which a first image waits for: 2 to 13 % larger than by level 4 with a filter chosen for each
    // row, in two fifths of the time. A figure, which states its resolution, has areas of one colour and gains from the latter.
    png_set_compression_level(encoder->png, 1);
    png_set_filter(encoder->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_PAETH);
  }
  png_write_info(encoder->png, encoder->info);
  for (size_t y = 0; y < extent.height; y++) {
    png_write_row(encoder->png, pixels + y * extent.width * (size_t)channels);
  }
  png_write_end(encoder->png, NULL);
  return XAI_CODEC_OK;
}

extern "C" xai_codec_status xai_png_encode(
    const uint8_t *pixels, xai_extent extent, int32_t channels, double resolution,
    xai_encoded *encoded, xai_codec_report *report) {
  *encoded = (xai_encoded){NULL, 0};
  xai_set_message(report, "no memory for the encoder");
  encoder encoder = {};
  encoder.encoded = encoded;
  encoder.report = report;
  xai_codec_status status = encode(&encoder, pixels, extent, channels, resolution);
  png_destroy_write_struct(&encoder.png, &encoder.info);
  if (status != XAI_CODEC_OK) xai_discard(encoded);
  return status;
}
