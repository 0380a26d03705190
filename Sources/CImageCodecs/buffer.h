#ifndef XAI_BUFFER_H
#define XAI_BUFFER_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "CImageCodecs.h"

/// Appends to an encoded image, doubling its memory as needed; false where memory ran out.
static inline bool xai_append(xai_encoded *encoded, size_t *capacity, const uint8_t *bytes, size_t count) {
  if (count > SIZE_MAX / 2 - encoded->count) return false;
  if (encoded->count + count > *capacity) {
    size_t wanted = (encoded->count + count) * 2;
    if (wanted < 4096) wanted = 4096;
    uint8_t *grown = (uint8_t *)realloc(encoded->bytes, wanted);
    if (grown == NULL) return false;
    encoded->bytes = grown;
    *capacity = wanted;
  }
  if (count > 0) memcpy(encoded->bytes + encoded->count, bytes, count);
  encoded->count += count;
  return true;
}

/// Copies a message into a report, cut to its room.
static inline void xai_set_message(xai_codec_report *report, const char *message) {
  size_t length = strlen(message);
  if (length > sizeof report->message - 1) length = sizeof report->message - 1;
  memcpy(report->message, message, length);
  report->message[length] = '\0';
}

#endif
