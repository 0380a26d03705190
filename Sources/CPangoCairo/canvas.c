#include "CPangoCairo.h"

#include <stdlib.h>
#include <string.h>

#include "pango_cairo.h"

struct xai_canvas {
  cairo_surface_t *surface;
  cairo_t *cairo;
  int width, height;
  uint8_t *bytes;
  size_t count, capacity;
  bool lacks_memory;
};

/// Takes what Cairo writes of a PDF.
static int append(void *closure, const unsigned char *bytes, unsigned int count) {
  xai_canvas *canvas = closure;
  if (canvas->capacity - canvas->count < count) {
    size_t capacity = 2 * canvas->capacity + count;
    uint8_t *grown = realloc(canvas->bytes, capacity);
    if (grown == NULL) {
      canvas->lacks_memory = true;
      return 1;  // CAIRO_STATUS_NO_MEMORY
    }
    canvas->bytes = grown;
    canvas->capacity = capacity;
  }
  memcpy(canvas->bytes + canvas->count, bytes, count);
  canvas->count += count;
  return 0;
}

xai_canvas *xai_canvas_create_pixels(int width, int height, double scale) {
  if (xai_canvas_load() != NULL) return NULL;
  xai_canvas *canvas = calloc(1, sizeof *canvas);
  if (canvas == NULL) return NULL;
  canvas->width = width;
  canvas->height = height;
  canvas->surface = cairo.image_surface_create(FORMAT_RGB24, width, height);
  canvas->cairo = cairo.create(canvas->surface);
  cairo.set_source_rgba(canvas->cairo, 1, 1, 1, 1);
  cairo.paint(canvas->cairo);
  cairo.scale(canvas->cairo, scale, scale);
  return canvas;
}

xai_canvas *xai_canvas_create_pdf(double width, double height, const char *title) {
  if (xai_canvas_load() != NULL) return NULL;
  xai_canvas *canvas = calloc(1, sizeof *canvas);
  if (canvas == NULL) return NULL;
  canvas->surface = cairo.pdf_surface_create_for_stream(append, canvas, width, height);
  cairo.pdf_surface_set_metadata(canvas->surface, PDF_TITLE, title);
  canvas->cairo = cairo.create(canvas->surface);
  return canvas;
}

// MARK: - Shapes

void xai_canvas_move(xai_canvas *canvas, double x, double y) { cairo.move_to(canvas->cairo, x, y); }

void xai_canvas_line(xai_canvas *canvas, double x, double y) { cairo.line_to(canvas->cairo, x, y); }

void xai_canvas_close(xai_canvas *canvas) { cairo.close_path(canvas->cairo); }

void xai_canvas_rectangle(xai_canvas *canvas, double x, double y, double width, double height) {
  cairo.rectangle(canvas->cairo, x, y, width, height);
}

void xai_canvas_circle(xai_canvas *canvas, double x, double y, double radius) {
  cairo.new_sub_path(canvas->cairo);
  cairo.arc(canvas->cairo, x, y, radius, 0, 6.283185307179586);
}

static void set_colour(xai_canvas *canvas, const double colour[4]) {
  cairo.set_source_rgba(canvas->cairo, colour[0], colour[1], colour[2], colour[3]);
}

void xai_canvas_draw(xai_canvas *canvas, xai_style style) {
  if (style.fill[3] > 0) {
    set_colour(canvas, style.fill);
    cairo.fill_preserve(canvas->cairo);
  }
  if (style.stroke[3] > 0) {
    set_colour(canvas, style.stroke);
    cairo.set_line_width(canvas->cairo, style.line_width);
    cairo.set_line_join(canvas->cairo, LINE_JOIN_ROUND);
    cairo.set_dash(canvas->cairo, style.dashes, style.dash_count, 0);
    cairo.stroke_preserve(canvas->cairo);
  }
  cairo.new_path(canvas->cairo);
}

void xai_canvas_clip(xai_canvas *canvas, double x, double y, double width, double height) {
  cairo.save(canvas->cairo);
  cairo.rectangle(canvas->cairo, x, y, width, height);
  cairo.clip(canvas->cairo);
}

void xai_canvas_unclip(xai_canvas *canvas) { cairo.restore(canvas->cairo); }

bool xai_canvas_image(
    xai_canvas *canvas, const uint8_t *pixels, int columns, int rows, double x, double y, double width,
    double height, bool is_smooth) {
  cairo_surface_t *image = cairo.image_surface_create(FORMAT_RGB24, columns, rows);
  uint8_t *data = cairo.image_surface_get_data(image);
  if (data == NULL) {
    cairo.surface_destroy(image);
    return false;
  }
  const int stride = cairo.image_surface_get_stride(image);
  for (int row = 0; row < rows; row++) {
    uint32_t *line = (uint32_t *)(void *)(data + (size_t)row * (size_t)stride);
    for (int column = 0; column < columns; column++, pixels += 3) {
      line[column] = (uint32_t)pixels[0] << 16 | (uint32_t)pixels[1] << 8 | pixels[2];
    }
  }
  cairo.surface_mark_dirty(image);
  cairo.save(canvas->cairo);
  cairo.translate(canvas->cairo, x, y);
  cairo.scale(canvas->cairo, width / columns, height / rows);
  cairo.set_source_surface(canvas->cairo, image, 0, 0);
  cairo_pattern_t *pattern = cairo.get_source(canvas->cairo);
  cairo.pattern_set_filter(pattern, is_smooth ? FILTER_GOOD : FILTER_NEAREST);
  // Pixels at the edge are interpolated with themselves, not with what lies around.
  cairo.pattern_set_extend(pattern, EXTEND_PAD);
  cairo.rectangle(canvas->cairo, 0, 0, columns, rows);
  cairo.fill(canvas->cairo);
  cairo.restore(canvas->cairo);
  cairo.surface_destroy(image);
  return true;
}

// MARK: - Text

/// A line of text as Pango lays it out; directions are those of its own characters.
static PangoLayout *lay_out(cairo_t *context, const char *text, double size, bool is_bold) {
  PangoLayout *layout = pango.cairo_create_layout(context);
  // Without hinting, text has the same width at every resolution.
  cairo_font_options_t *options = cairo.font_options_create();
  cairo.font_options_set_hint_style(options, HINT_STYLE_NONE);
  cairo.font_options_set_hint_metrics(options, HINT_METRICS_OFF);
  cairo.font_options_set_antialias(options, ANTIALIAS_GRAY);
  pango.cairo_context_set_font_options(pango.layout_get_context(layout), options);
  pango.context_set_round_glyph_positions(pango.layout_get_context(layout), 0);
  cairo.font_options_destroy(options);
  PangoFontDescription *font = pango.font_description_from_string("Sans");
  pango.font_description_set_absolute_size(font, size * PANGO_SCALE);
  if (is_bold) pango.font_description_set_weight(font, PANGO_WEIGHT_BOLD);
  pango.layout_set_font_description(layout, font);
  pango.font_description_free(font);
  pango.layout_set_single_paragraph_mode(layout, 1);
  pango.layout_set_text(layout, text, -1);
  return layout;
}

static double width_of(PangoLayout *layout) {
  int width = 0, height = 0;
  pango.layout_get_size(layout, &width, &height);
  return (double)width / PANGO_SCALE;
}

int xai_canvas_text(xai_canvas *canvas, xai_text text) {
  cairo.save(canvas->cairo);
  cairo.translate(canvas->cairo, text.x, text.y);
  if (text.runs_upwards) cairo.rotate(canvas->cairo, -1.5707963267948966);
  PangoLayout *layout = lay_out(canvas->cairo, text.text, text.size, text.is_bold);
  const double width = width_of(layout);
  if (text.maximum_width > 0 && width > text.maximum_width) {
    cairo.scale(canvas->cairo, text.maximum_width / width, 1);
  }
  cairo.move_to(
      canvas->cairo, -text.anchor * width, -(double)pango.layout_get_baseline(layout) / PANGO_SCALE);
  set_colour(canvas, text.colour);
  pango.cairo_show_layout(canvas->cairo, layout);
  cairo.new_path(canvas->cairo);
  const int unknown = pango.layout_get_unknown_glyphs_count(layout);
  pango.object_unref(layout);
  cairo.restore(canvas->cairo);
  return unknown;
}

double xai_text_width(const char *text, double size, bool is_bold) {
  xai_canvas *canvas = xai_canvas_create_pixels(1, 1, 1);
  if (canvas == NULL) return 0;
  PangoLayout *layout = lay_out(canvas->cairo, text, size, is_bold);
  const double width = width_of(layout);
  pango.object_unref(layout);
  xai_canvas_discard(canvas);
  return width;
}

// MARK: - The end

const char *xai_canvas_finish(xai_canvas *canvas) {
  int status = cairo.status(canvas->cairo);
  if (canvas->width > 0) {
    cairo.surface_flush(canvas->surface);
  } else {
    cairo.show_page(canvas->cairo);
    cairo.surface_finish(canvas->surface);
  }
  if (status == 0) status = cairo.surface_status(canvas->surface);
  if (status == 0 && canvas->lacks_memory) return "out of memory";
  return status == 0 ? NULL : cairo.status_to_string(status);
}

void xai_canvas_copy_pixels(const xai_canvas *canvas, uint8_t *pixels) {
  const uint8_t *data = cairo.image_surface_get_data(canvas->surface);
  const int stride = cairo.image_surface_get_stride(canvas->surface);
  for (int row = 0; row < canvas->height; row++) {
    const uint32_t *line = (const uint32_t *)(const void *)(data + (size_t)row * (size_t)stride);
    for (int column = 0; column < canvas->width; column++, pixels += 3) {
      pixels[0] = (uint8_t)(line[column] >> 16);
      pixels[1] = (uint8_t)(line[column] >> 8);
      pixels[2] = (uint8_t)line[column];
    }
  }
}

const uint8_t *xai_canvas_pdf_bytes(const xai_canvas *canvas, size_t *count) {
  *count = canvas->count;
  return canvas->bytes;
}

void xai_canvas_discard(xai_canvas *canvas) {
  if (canvas == NULL) return;
  cairo.destroy(canvas->cairo);
  cairo.surface_destroy(canvas->surface);
  free(canvas->bytes);
  free(canvas);
}
