// Drawing with Cairo, and text of any script with Pango, both loaded when the first drawing is made.
//
// Linking them would load some 40 shared libraries at the start of every program, before its first line, and tie whoever
// builds a part of this package to them. Nothing here needs their headers; without the libraries, `xai_canvas_load` says so.

#ifndef C_PANGO_CAIRO_H
#define C_PANGO_CAIRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/// A page of pixels or of a PDF. Lengths are points, 1/72 of an inch, from the top left corner.
typedef struct xai_canvas xai_canvas;

/// How a shape is drawn; colours are red, green, blue and opacity, each from 0 to 1, and an opacity of 0 draws nothing.
typedef struct xai_style {
  double fill[4];
  double stroke[4];
  double line_width;
  /// Drawn and left out by turns, in points along the line.
  const double *dashes;
  int dash_count;
} xai_style;

/// A line of text.
typedef struct xai_text {
  const char *text;
  /// The height of the font, in points.
  double size;
  bool is_bold;
  double colour[4];
  /// Where the text is anchored, on its baseline.
  double x, y;
  /// How much of its width lies before the anchor: 0, ½ or 1.
  double anchor;
  /// The most room that it may take: text that comes out wider is narrowed to it. 0 where it doesn't matter.
  double maximum_width;
  bool runs_upwards;
} xai_text;

/// Loads Cairo and Pango where that hasn't been done.
///
/// - Returns: null, or what the system's loader says is wrong.
const char *xai_canvas_load(void);

/// A white page of pixels, `scale` of them a point; null without memory or before Cairo is loaded.
xai_canvas *xai_canvas_create_pixels(int width, int height, double scale);

/// A PDF of one page; null without memory or before Cairo is loaded.
xai_canvas *xai_canvas_create_pdf(double width, double height, const char *title);

void xai_canvas_move(xai_canvas *canvas, double x, double y);
void xai_canvas_line(xai_canvas *canvas, double x, double y);
void xai_canvas_close(xai_canvas *canvas);
void xai_canvas_rectangle(xai_canvas *canvas, double x, double y, double width, double height);
void xai_canvas_circle(xai_canvas *canvas, double x, double y, double radius);

/// Fills and strokes the shape that has been begun, and begins a new one.
void xai_canvas_draw(xai_canvas *canvas, xai_style style);

/// Limits drawing to a rectangle, until `xai_canvas_unclip`.
void xai_canvas_clip(xai_canvas *canvas, double x, double y, double width, double height);
void xai_canvas_unclip(xai_canvas *canvas);

/// Draws RGB pixels into a rectangle, interpolated where `is_smooth`; false without memory.
bool xai_canvas_image(
    xai_canvas *canvas, const uint8_t *pixels, int columns, int rows, double x, double y, double width,
    double height, bool is_smooth);

/// Draws a line of text.
///
/// - Returns: how many of its characters no font of the system has.
int xai_canvas_text(xai_canvas *canvas, xai_text text);

/// The width of a line of text in points, with the fonts of the system.
double xai_text_width(const char *text, double size, bool is_bold);

/// Ends the page, which takes nothing more.
///
/// - Returns: null, or what went wrong on the way.
const char *xai_canvas_finish(xai_canvas *canvas);

/// Copies the pixels of a finished page as RGB into `width · height · 3` bytes.
void xai_canvas_copy_pixels(const xai_canvas *canvas, uint8_t *pixels);

/// The bytes of a finished PDF; they live as long as the page.
const uint8_t *xai_canvas_pdf_bytes(const xai_canvas *canvas, size_t *count);

void xai_canvas_discard(xai_canvas *canvas);

#if defined(__cplusplus)
}
#endif

#endif
