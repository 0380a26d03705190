// The codecs of all formats.
//
// One file, since a program that depends on this package compiles all of it. Each format's code is C, in a namespace, which
// is all of C++ here: libjpeg and libpng report errors by longjmp, and no frame that they jump over has anything to destroy.
// jpeglib.h uses size_t and FILE without including them.
#include <limits.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
// Needs jpeglib.h before it.
#include <jerror.h>
#include <png.h>
#include <zlib.h>

#include "buffer.h"

namespace jpeg {
#include "jpeg_codec.h"
}
namespace png {
#include "png_codec.h"
}

// The manifest defines these where it finds the libraries.
#if defined(XAI_WEBP)
#include <webp/decode.h>
#include <webp/demux.h>
namespace webp {
#include "webp_codec.h"
}
#endif
#if defined(XAI_GIF)
#include <gif_lib.h>
namespace gif {
#include "gif_codec.h"
}
#endif
