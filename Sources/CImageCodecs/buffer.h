#ifndef XAI_BUFFER_H
#define XAI_BUFFER_H

#include <stdbool.h>

#include "CImageCodecs.h"

/// Appends to an encoded image, doubling its memory as needed; false where memory ran out.
bool xai_append(xai_encoded *encoded, size_t *capacity, const uint8_t *bytes, size_t count);

/// Copies a message into a report, cut to its room.
void xai_set_message(xai_codec_report *report, const char *message);

#endif
