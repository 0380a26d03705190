// Included by codecs.cpp, in the namespace jpeg.

// MARK: - Errors

/// libjpeg's error manager, with the place to jump back to and what to report there.
typedef struct jpeg_error {
  struct jpeg_error_mgr manager;
  jmp_buf back;
  xai_codec_status status;
  xai_codec_report *report;
} jpeg_error;

/// Jumps back with a message of our own.
[[noreturn]] static void fail_with(j_common_ptr codec, xai_codec_status status, const char *message) {
  jpeg_error *error = (jpeg_error *)codec->err;
  error->status = status;
  xai_set_message(error->report, message);
  longjmp(error->back, 1);
}

static void fail(j_common_ptr codec) {
  char message[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, message);
  switch (codec->err->msg_code) {
  case JWRN_JPEG_EOF: fail_with(codec, XAI_CODEC_TRUNCATED, message);
  case JERR_OUT_OF_MEMORY: fail_with(codec, XAI_CODEC_NO_MEMORY, message);
  default: fail_with(codec, XAI_CODEC_CORRUPT, message);
  }
}

static void note(j_common_ptr codec, int level) {
  if (level < 0) codec->err->num_warnings++;
}

static void print_nothing(j_common_ptr codec) { (void)codec; }

/// Sets up the manager: errors jump back with status and message, warnings are counted and otherwise ignored.
static struct jpeg_error_mgr *set_up(jpeg_error *error, xai_codec_report *report) {
  struct jpeg_error_mgr *manager = jpeg_std_error(&error->manager);
  manager->error_exit = fail;
  manager->emit_message = note;
  manager->output_message = print_nothing;
  error->status = XAI_CODEC_CORRUPT;
  error->report = report;
  return manager;
}

// MARK: - Decoding

/// All that outlives a jump: it stands in the caller's frame, so that setjmp leaves its values alone.
typedef struct decoder {
  struct jpeg_decompress_struct codec;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jpeg_error error;
  uint8_t *row;
} decoder;

// MARK: - Source

static void start_or_end_source(j_decompress_ptr codec) { (void)codec; }

// The whole input lies in memory: being asked for more means that it is cut off. libjpeg's own memory source
// only warns here and makes the rest of the image grey.
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

// A progressive file of a few kilobytes can ask for hundreds of passes over a large image. Sixteen scans
// are always granted (encoders write about ten), more as long as scans × pixels stay below 2^31, five hundred
// at most.
static void bound_scans(j_common_ptr common) {
  j_decompress_ptr codec = (j_decompress_ptr)common;
  uint64_t pixels = (uint64_t)codec->image_width * codec->image_height;
  uint64_t granted = pixels == 0 ? 500 : (UINT64_C(1) << 31) / pixels;
  if (granted < 16) granted = 16;
  if (granted > 500) granted = 500;
  if (codec->input_scan_number > 0 && (uint64_t)codec->input_scan_number > granted) {
    fail_with(common, XAI_CODEC_CORRUPT, "more scans than an image of its size needs");
  }
}

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
    decoder->row = (uint8_t *)malloc((size_t)codec->output_width * 4);
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
    fail_with((j_common_ptr)codec, XAI_CODEC_CORRUPT, "the image is not of the announced extent");
  }
  read_rows(decoder, pixels);
  // Reads up to the end marker, so that an image cut off in its last bytes is found out.
  jpeg_finish_decompress(codec);
  return XAI_CODEC_OK;
}

extern "C" xai_codec_status xai_jpeg_extent(
    const uint8_t *bytes, size_t count, xai_extent *extent, xai_codec_report *report) {
  decoder decoder;
  memset(&decoder, 0, sizeof decoder);
  decoder.codec.err = set_up(&decoder.error, report);
  xai_codec_status status = extent_of(&decoder, bytes, count, extent);
  close(&decoder);
  return status;
}

extern "C" xai_codec_status xai_jpeg_decode(
    const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels, xai_codec_report *report) {
  decoder decoder;
  memset(&decoder, 0, sizeof decoder);
  decoder.codec.err = set_up(&decoder.error, report);
  xai_codec_status status = decode(&decoder, bytes, count, extent, pixels);
  close(&decoder);
  return status;
}

// MARK: - Encoding

constexpr size_t chunk_size = 16384;

/// All that outlives a jump: it stands in the caller's frame, so that setjmp leaves its values alone.
typedef struct encoder {
  struct jpeg_compress_struct codec;
  struct jpeg_destination_mgr destination;
  jpeg_error error;
  xai_encoded *encoded;
  size_t capacity;
  uint8_t chunk[chunk_size];
} encoder;

static void use_whole_chunk(encoder *encoder) {
  encoder->destination.next_output_byte = encoder->chunk;
  encoder->destination.free_in_buffer = chunk_size;
}

static void append(j_compress_ptr codec, size_t count) {
  encoder *encoder = (struct encoder *)codec->client_data;
  if (!xai_append(encoder->encoded, &encoder->capacity, encoder->chunk, count)) {
    ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  }
  use_whole_chunk(encoder);
}

static void start(j_compress_ptr codec) { use_whole_chunk((encoder *)codec->client_data); }

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

extern "C" xai_codec_status xai_jpeg_encode(
    const uint8_t *pixels, xai_extent extent, int32_t quality, double resolution,
    xai_encoded *encoded, xai_codec_report *report) {
  *encoded = (xai_encoded){NULL, 0};
  encoder encoder;
  memset(&encoder, 0, sizeof encoder);
  encoder.encoded = encoded;
  encoder.codec.err = set_up(&encoder.error, report);
  xai_codec_status status = encode(&encoder, pixels, extent, quality, resolution);
  jpeg_destroy_compress(&encoder.codec);
  if (status != XAI_CODEC_OK) xai_discard(encoded);
  return status;
}
