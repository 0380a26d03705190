#include "jpeg_error.h"

#include <jerror.h>

#include "buffer.h"

_Noreturn void xai_jpeg_fail(j_common_ptr codec, xai_codec_status status, const char *message) {
  xai_jpeg_error *error = (xai_jpeg_error *)codec->err;
  error->status = status;
  xai_set_message(error->report, message);
  longjmp(error->back, 1);
}

static void fail(j_common_ptr codec) {
  char message[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, message);
  switch (codec->err->msg_code) {
  case JWRN_JPEG_EOF: xai_jpeg_fail(codec, XAI_CODEC_TRUNCATED, message);
  case JERR_OUT_OF_MEMORY: xai_jpeg_fail(codec, XAI_CODEC_NO_MEMORY, message);
  default: xai_jpeg_fail(codec, XAI_CODEC_CORRUPT, message);
  }
}

static void note(j_common_ptr codec, int level) {
  if (level < 0) codec->err->num_warnings++;
}

static void print_nothing(j_common_ptr codec) { (void)codec; }

struct jpeg_error_mgr *xai_jpeg_error_init(xai_jpeg_error *error, xai_codec_report *report) {
  struct jpeg_error_mgr *manager = jpeg_std_error(&error->manager);
  manager->error_exit = fail;
  manager->emit_message = note;
  manager->output_message = print_nothing;
  error->status = XAI_CODEC_CORRUPT;
  error->report = report;
  return manager;
}
