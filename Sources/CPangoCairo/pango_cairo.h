// What is used of Cairo 1.16 and Pango 1.50 and later, by their documented C interfaces, which both keep compatible.
// https://www.cairographics.org/manual/, https://docs.gtk.org/Pango/

#ifndef PANGO_CAIRO_H
#define PANGO_CAIRO_H

typedef struct _cairo cairo_t;
typedef struct _cairo_surface cairo_surface_t;
typedef struct _cairo_pattern cairo_pattern_t;
typedef struct _cairo_font_options cairo_font_options_t;
typedef struct _PangoLayout PangoLayout;
typedef struct _PangoContext PangoContext;
typedef struct _PangoFontDescription PangoFontDescription;

enum {
  FORMAT_RGB24 = 1,           // CAIRO_FORMAT_RGB24
  LINE_JOIN_ROUND = 1,        // CAIRO_LINE_JOIN_ROUND
  FILTER_GOOD = 1,            // CAIRO_FILTER_GOOD
  FILTER_NEAREST = 3,         // CAIRO_FILTER_NEAREST
  EXTEND_PAD = 3,             // CAIRO_EXTEND_PAD
  ANTIALIAS_GRAY = 2,         // CAIRO_ANTIALIAS_GRAY
  HINT_STYLE_NONE = 1,        // CAIRO_HINT_STYLE_NONE
  HINT_METRICS_OFF = 1,       // CAIRO_HINT_METRICS_OFF
  PDF_TITLE = 0,              // CAIRO_PDF_METADATA_TITLE
  PANGO_SCALE = 1024,         // PANGO_SCALE
  PANGO_WEIGHT_BOLD = 700,    // PANGO_WEIGHT_BOLD
};

/// Cairo's functions: CAIRO(result, name, arguments) is `result cairo_name(arguments)`.
#define CAIRO_FUNCTIONS(CAIRO)                                                                              \
  CAIRO(cairo_surface_t *, image_surface_create, (int format, int width, int height))                       \
  CAIRO(unsigned char *, image_surface_get_data, (cairo_surface_t *))                                       \
  CAIRO(int, image_surface_get_stride, (cairo_surface_t *))                                                 \
  CAIRO(cairo_surface_t *, pdf_surface_create_for_stream,                                                   \
        (int (*write)(void *, const unsigned char *, unsigned int), void *closure, double, double))         \
  CAIRO(void, pdf_surface_set_metadata, (cairo_surface_t *, int metadata, const char *))                    \
  CAIRO(void, surface_flush, (cairo_surface_t *))                                                           \
  CAIRO(void, surface_finish, (cairo_surface_t *))                                                          \
  CAIRO(void, surface_mark_dirty, (cairo_surface_t *))                                                      \
  CAIRO(int, surface_status, (cairo_surface_t *))                                                           \
  CAIRO(void, surface_destroy, (cairo_surface_t *))                                                         \
  CAIRO(cairo_t *, create, (cairo_surface_t *))                                                             \
  CAIRO(void, destroy, (cairo_t *))                                                                         \
  CAIRO(int, status, (cairo_t *))                                                                           \
  CAIRO(const char *, status_to_string, (int status))                                                       \
  CAIRO(void, show_page, (cairo_t *))                                                                       \
  CAIRO(void, save, (cairo_t *))                                                                            \
  CAIRO(void, restore, (cairo_t *))                                                                         \
  CAIRO(void, scale, (cairo_t *, double, double))                                                           \
  CAIRO(void, translate, (cairo_t *, double, double))                                                       \
  CAIRO(void, rotate, (cairo_t *, double))                                                                  \
  CAIRO(void, set_source_rgba, (cairo_t *, double, double, double, double))                                 \
  CAIRO(void, set_source_surface, (cairo_t *, cairo_surface_t *, double, double))                           \
  CAIRO(cairo_pattern_t *, get_source, (cairo_t *))                                                         \
  CAIRO(void, pattern_set_filter, (cairo_pattern_t *, int))                                                 \
  CAIRO(void, pattern_set_extend, (cairo_pattern_t *, int))                                                 \
  CAIRO(void, new_path, (cairo_t *))                                                                        \
  CAIRO(void, new_sub_path, (cairo_t *))                                                                    \
  CAIRO(void, move_to, (cairo_t *, double, double))                                                         \
  CAIRO(void, line_to, (cairo_t *, double, double))                                                         \
  CAIRO(void, close_path, (cairo_t *))                                                                      \
  CAIRO(void, rectangle, (cairo_t *, double, double, double, double))                                       \
  CAIRO(void, arc, (cairo_t *, double, double, double, double, double))                                     \
  CAIRO(void, set_line_width, (cairo_t *, double))                                                          \
  CAIRO(void, set_line_join, (cairo_t *, int))                                                              \
  CAIRO(void, set_dash, (cairo_t *, const double *, int, double))                                           \
  CAIRO(void, fill, (cairo_t *))                                                                            \
  CAIRO(void, fill_preserve, (cairo_t *))                                                                   \
  CAIRO(void, stroke_preserve, (cairo_t *))                                                                 \
  CAIRO(void, paint, (cairo_t *))                                                                           \
  CAIRO(void, clip, (cairo_t *))                                                                            \
  CAIRO(cairo_font_options_t *, font_options_create, (void))                                                \
  CAIRO(void, font_options_destroy, (cairo_font_options_t *))                                               \
  CAIRO(void, font_options_set_hint_style, (cairo_font_options_t *, int))                                   \
  CAIRO(void, font_options_set_hint_metrics, (cairo_font_options_t *, int))                                 \
  CAIRO(void, font_options_set_antialias, (cairo_font_options_t *, int))

/// Pango's functions: PANGO(result, name, arguments) is `result pango_name(arguments)`.
#define PANGO_FUNCTIONS(PANGO)                                                                              \
  PANGO(PangoLayout *, cairo_create_layout, (cairo_t *))                                                    \
  PANGO(void, cairo_show_layout, (cairo_t *, PangoLayout *))                                                \
  PANGO(void, cairo_context_set_font_options, (PangoContext *, const cairo_font_options_t *))               \
  PANGO(PangoContext *, layout_get_context, (PangoLayout *))                                                \
  PANGO(void, context_set_round_glyph_positions, (PangoContext *, int))                                     \
  PANGO(void, layout_set_text, (PangoLayout *, const char *, int length))                                   \
  PANGO(void, layout_set_single_paragraph_mode, (PangoLayout *, int))                                       \
  PANGO(void, layout_set_font_description, (PangoLayout *, const PangoFontDescription *))                   \
  PANGO(void, layout_get_size, (PangoLayout *, int *width, int *height))                                    \
  PANGO(int, layout_get_baseline, (PangoLayout *))                                                          \
  PANGO(int, layout_get_unknown_glyphs_count, (PangoLayout *))                                              \
  PANGO(PangoFontDescription *, font_description_from_string, (const char *))                               \
  PANGO(void, font_description_set_absolute_size, (PangoFontDescription *, double))                         \
  PANGO(void, font_description_set_weight, (PangoFontDescription *, int))                                   \
  PANGO(void, font_description_free, (PangoFontDescription *))

#define MEMBER(result, name, arguments) result(*name) arguments;

/// The functions, once they are loaded.
extern struct xai_cairo {
  CAIRO_FUNCTIONS(MEMBER)
} cairo;

extern struct xai_pango {
  PANGO_FUNCTIONS(MEMBER)
  /// GLib's `g_object_unref`.
  void (*object_unref)(void *);
} pango;

#undef MEMBER

#endif
