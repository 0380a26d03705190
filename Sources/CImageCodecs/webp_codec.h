// Included by codecs.cpp, in the namespace webp.

static xai_codec_status fail(xai_codec_report *report, VP8StatusCode code) {
  switch (code) {
  case VP8_STATUS_OUT_OF_MEMORY: xai_set_message(report, "no memory for the decoder"); return XAI_CODEC_NO_MEMORY;
  case VP8_STATUS_NOT_ENOUGH_DATA: xai_set_message(report, "the file ends early"); return XAI_CODEC_TRUNCATED;
  case VP8_STATUS_UNSUPPORTED_FEATURE: xai_set_message(report, "it uses an unknown feature"); return XAI_CODEC_CORRUPT;
  default: xai_set_message(report, "the bitstream is damaged"); return XAI_CODEC_CORRUPT;
  }
}

/// Takes the container apart; a file that is cut off, or otherwise broken, gives none.
static WebPDemuxer *open(const uint8_t *bytes, size_t count, xai_codec_status *status, xai_codec_report *report) {
  const WebPData data = {bytes, count};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  WebPDemuxer *demuxer = WebPDemuxPartial(&data, &state);
  if (state == WEBP_DEMUX_DONE && demuxer != NULL) return demuxer;
  WebPDemuxDelete(demuxer);
  *status = fail(report, state == WEBP_DEMUX_PARSE_ERROR ? VP8_STATUS_BITSTREAM_ERROR : VP8_STATUS_NOT_ENOUGH_DATA);
  return NULL;
}

extern "C" xai_codec_status xai_webp_extent(
    const uint8_t *bytes, size_t count, xai_extent *extent, xai_codec_report *report) {
  xai_codec_status status = XAI_CODEC_CORRUPT;
  WebPDemuxer *demuxer = open(bytes, count, &status, report);
  if (demuxer == NULL) return status;
  *extent = (xai_extent){WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH), WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT)};
  WebPDemuxDelete(demuxer);
  return XAI_CODEC_OK;
}

// Colours below alpha stay, also where it is 0, as Pillow keeps them when it drops alpha. A frame that is smaller than
// the canvas lies on black.
static xai_codec_status decode_frame(
    const WebPIterator *frame, xai_extent extent, uint8_t *pixels, xai_codec_report *report) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return fail(report, VP8_STATUS_INVALID_PARAM);
  const VP8StatusCode code = WebPGetFeatures(frame->fragment.bytes, frame->fragment.size, &config.input);
  if (code != VP8_STATUS_OK) return fail(report, code);
  const uint64_t right = (uint64_t)frame->x_offset + (uint64_t)config.input.width;
  const uint64_t bottom = (uint64_t)frame->y_offset + (uint64_t)config.input.height;
  if (right > extent.width || bottom > extent.height) return fail(report, VP8_STATUS_BITSTREAM_ERROR);
  const size_t stride = (size_t)extent.width * 3;
  const size_t first = (size_t)frame->y_offset * stride + (size_t)frame->x_offset * 3;
  const size_t size = stride * extent.height - first;
  if (stride > INT_MAX) return fail(report, VP8_STATUS_UNSUPPORTED_FEATURE);
  if (right - (uint64_t)frame->x_offset < extent.width || bottom - (uint64_t)frame->y_offset < extent.height) {
    memset(pixels, 0, stride * extent.height);
  }
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels + first;
  config.output.u.RGBA.stride = (int)stride;
  config.output.u.RGBA.size = size;
  const VP8StatusCode decoded = WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
  WebPFreeDecBuffer(&config.output);
  return decoded == VP8_STATUS_OK ? XAI_CODEC_OK : fail(report, decoded);
}

extern "C" xai_codec_status xai_webp_decode(
    const uint8_t *bytes, size_t count, xai_extent extent, uint8_t *pixels, xai_codec_report *report) {
  xai_codec_status status = XAI_CODEC_CORRUPT;
  WebPDemuxer *demuxer = open(bytes, count, &status, report);
  if (demuxer == NULL) return status;
  WebPIterator frame;
  memset(&frame, 0, sizeof frame);
  if (WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH) != extent.width
      || WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT) != extent.height) {
    xai_set_message(report, "the image is not of the announced extent");
  } else if (!WebPDemuxGetFrame(demuxer, 1, &frame)) {
    xai_set_message(report, "there is no frame");
  } else {
    status = decode_frame(&frame, extent, pixels, report);
  }
  WebPDemuxReleaseIterator(&frame);
  WebPDemuxDelete(demuxer);
  return status;
}
