// Included by codecs.cpp, in the namespace gif.

/// A file in memory, and the first frame in it.
typedef struct decoder {
  GifFileType *gif;
  const uint8_t *next;
  size_t left;
  bool is_cut;
  /// The palette entry that is transparent in the first frame, or -1.
  int transparent;
  xai_codec_report *report;
} decoder;

static int read_bytes(GifFileType *gif, GifByteType *target, int count) {
  decoder *decoder = (struct decoder *)gif->UserData;
  if (count < 0) return 0;
  size_t given = (size_t)count;
  if (given > decoder->left) {
    given = decoder->left;
    decoder->is_cut = true;
  }
  memcpy(target, decoder->next, given);
  decoder->next += given;
  decoder->left -= given;
  return (int)given;
}

static xai_codec_status fail(decoder *decoder, int code) {
  if (decoder->is_cut) {
    xai_set_message(decoder->report, "the file ends early");
    return XAI_CODEC_TRUNCATED;
  }
  const char *message = GifErrorString(code);
  xai_set_message(decoder->report, message != NULL ? message : "there is no frame");
  return code == D_GIF_ERR_NOT_ENOUGH_MEM ? XAI_CODEC_NO_MEMORY : XAI_CODEC_CORRUPT;
}

/// Reads up to the pixels of the first frame.
static xai_codec_status find_frame(decoder *decoder) {
  int code = 0;
  decoder->transparent = -1;
  decoder->gif = DGifOpen(decoder, read_bytes, &code);
  if (decoder->gif == NULL) return fail(decoder, code);
  for (;;) {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(decoder->gif, &type) == GIF_ERROR) return fail(decoder, decoder->gif->Error);
    if (type == TERMINATE_RECORD_TYPE) return fail(decoder, D_GIF_ERR_NO_IMAG_DSCR);
    if (type == IMAGE_DESC_RECORD_TYPE) {
      if (DGifGetImageDesc(decoder->gif) == GIF_ERROR) return fail(decoder, decoder->gif->Error);
      return XAI_CODEC_OK;
    }
    if (type != EXTENSION_RECORD_TYPE) continue;
    int function = 0;
    GifByteType *block = NULL;
    if (DGifGetExtension(decoder->gif, &function, &block) == GIF_ERROR) return fail(decoder, decoder->gif->Error);
    // A block is its length and its bytes: here flags, a delay of two bytes, and the transparent entry.
    if (function == GRAPHICS_EXT_FUNC_CODE && block != NULL && block[0] >= 4 && (block[1] & 1) != 0) {
      decoder->transparent = block[4];
    }
    while (block != NULL) {
      if (DGifGetExtensionNext(decoder->gif, &block) == GIF_ERROR) return fail(decoder, decoder->gif->Error);
    }
  }
}

static xai_extent extent_of(const GifFileType *gif) {
  const GifImageDesc *frame = &gif->Image;
  const uint32_t right = (uint32_t)frame->Left + (uint32_t)frame->Width;
  const uint32_t bottom = (uint32_t)frame->Top + (uint32_t)frame->Height;
  const uint32_t width = (uint32_t)gif->SWidth, height = (uint32_t)gif->SHeight;
  return (xai_extent){right > width ? right : width, bottom > height ? bottom : height};
}

/// The colours of the frame's entries: those of its own palette, of the file's, or grey levels where there is neither;
/// entries that a palette lacks are black.
static void read_palette(const GifFileType *gif, uint8_t palette[256][3]) {
  const ColorMapObject *map = gif->Image.ColorMap != NULL ? gif->Image.ColorMap : gif->SColorMap;
  for (int entry = 0; entry < 256; entry++) {
    if (map == NULL) {
      memset(palette[entry], entry, 3);
    } else if (entry < map->ColorCount) {
      palette[entry][0] = map->Colors[entry].Red;
      palette[entry][1] = map->Colors[entry].Green;
      palette[entry][2] = map->Colors[entry].Blue;
    } else {
      memset(palette[entry], 0, 3);
    }
  }
}

static xai_codec_status decode_row(
    decoder *decoder, GifPixelType *entries, uint8_t palette[256][3], uint8_t *target) {
  const int width = decoder->gif->Image.Width;
  if (DGifGetLine(decoder->gif, entries, width) == GIF_ERROR) return fail(decoder, decoder->gif->Error);
  for (int x = 0; x < width; x++) memcpy(target + 3 * x, palette[entries[x]], 3);
  return XAI_CODEC_OK;
}

// Around a frame that is smaller than the image stands the transparent entry where there is one, or else entry 0, as in
// Pillow.
static xai_codec_status decode_rows(decoder *decoder, xai_extent extent, uint8_t *pixels) {
  static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
  const GifImageDesc *frame = &decoder->gif->Image;
  uint8_t palette[256][3];
  read_palette(decoder->gif, palette);
  const uint8_t *around = palette[decoder->transparent < 0 ? 0 : decoder->transparent];
  for (size_t pixel = 0; pixel < (size_t)extent.width * extent.height; pixel++) memcpy(pixels + 3 * pixel, around, 3);
  if (frame->Width == 0 || frame->Height == 0) return XAI_CODEC_OK;
  GifPixelType *entries = (GifPixelType *)malloc((size_t)frame->Width);
  if (entries == NULL) return XAI_CODEC_NO_MEMORY;
  xai_codec_status status = XAI_CODEC_OK;
  const int passes = frame->Interlace ? 4 : 1;
  for (int pass = 0; pass < passes; pass++) {
    const int start = frame->Interlace ? starts[pass] : 0, step = frame->Interlace ? steps[pass] : 1;
    for (int y = start; y < frame->Height && status == XAI_CODEC_OK; y += step) {
      const size_t first = ((size_t)(frame->Top + y) * extent.width + (size_t)frame->Left) * 3;
      status = decode_row(decoder, entries, palette, pixels + first);
    }
  }
  free(entries);
  return status;
}

/// Reads the extent into `extent`, or the pixels where `pixels` is given.
static xai_codec_status run(decoder *decoder, xai_extent *extent, uint8_t *pixels) {
  const xai_codec_status status = find_frame(decoder);
  if (status != XAI_CODEC_OK) return status;
  const xai_extent found = extent_of(decoder->gif);
  if (found.width == 0 || found.height == 0) {
    xai_set_message(decoder->report, "the image has no pixels");
    return XAI_CODEC_CORRUPT;
  }
  if (pixels == NULL) {
    *extent = found;
    return XAI_CODEC_OK;
  }
  if (found.width != extent->width || found.height != extent->height) {
    xai_set_message(decoder->report, "the image is not of the announced extent");
    return XAI_CODEC_CORRUPT;
  }
  return decode_rows(decoder, *extent, pixels);
}

static xai_codec_status run_and_close(
    const uint8_t *bytes, size_t count, xai_extent *extent, uint8_t *pixels, xai_codec_report *report) {
  xai_set_message(report, "no memory for the decoder");
  decoder decoder = {};
  decoder.next = bytes;
  decoder.left = count;
  decoder.report = report;
  const xai_codec_status status = run(&decoder, extent, pixels);
  int code = 0;
  if (decoder.gif != NULL) DGifCloseFile(decoder.gif, &code);
  return status;
}

extern "C" xai_codec_status xai_gif_extent(
    const uint8_t *bytes, size_t count, xai_extent *extent, xai_codec_report *report) {
  return run_and_close(bytes, count, extent, NULL, report);
}

extern "C" xai_codec_status xai_gif_decode(
    const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels, xai_codec_report *report) {
  return run_and_close(bytes, count, &extent, pixels, report);
}
