#ifndef XAI_JPEG_ERROR_H
#define XAI_JPEG_ERROR_H

#include <setjmp.h>
// jpeglib.h uses FILE without including it.
#include <stdio.h>

#include <jpeglib.h>

#include "CImageCodecs.h"

/// libjpeg's error manager, with the place to jump back to and what to report there.
typedef struct xai_jpeg_error {
  struct jpeg_error_mgr manager;
  jmp_buf back;
  xai_codec_status status;
  xai_codec_report *report;
} xai_jpeg_error;

/// Sets up the manager: errors jump back with status and message, warnings are counted and otherwise ignored.
struct jpeg_error_mgr *xai_jpeg_error_init(xai_jpeg_error *error, xai_codec_report *report);

/// Jumps back with a message of our own.
_Noreturn void xai_jpeg_fail(j_common_ptr codec, xai_codec_status status, const char *message);

#endif
