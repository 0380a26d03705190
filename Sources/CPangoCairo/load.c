#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "CPangoCairo.h"
#include "pango_cairo.h"

struct xai_cairo cairo;
struct xai_pango pango;

static char reason[256];
static bool is_loaded;

/// POSIX says that what dlsym returns may be a function; C's types don't.
static bool find(void *library, const char *name, void *function) {
  void *found = dlsym(library, name);
  if (found == NULL) {
    snprintf(reason, sizeof reason, "%s is missing", name);
    return false;
  }
  *(void **)function = found;
  return true;
}

static bool load_all(void) {
#if defined(__APPLE__)
  static const char *const names[] = {
      "libpangocairo-1.0.0.dylib", "/opt/homebrew/lib/libpangocairo-1.0.0.dylib",
      "/usr/local/lib/libpangocairo-1.0.0.dylib"};
#else
  static const char *const names[] = {"libpangocairo-1.0.so.0"};
#endif
  void *library = NULL;
  for (size_t index = 0; library == NULL && index < sizeof names / sizeof *names; index++) {
    library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
  }
  if (library == NULL) {
    const char *message = dlerror();
    snprintf(reason, sizeof reason, "%s", message == NULL ? "the library can't be loaded" : message);
    return false;
  }
  // A library's symbols are searched together with those of all that it depends on: Cairo, Pango and GLib.
#define FIND_CAIRO(result, name, arguments) \
  if (!find(library, "cairo_" #name, &cairo.name)) return false;
#define FIND_PANGO(result, name, arguments) \
  if (!find(library, "pango_" #name, &pango.name)) return false;
  CAIRO_FUNCTIONS(FIND_CAIRO)
  PANGO_FUNCTIONS(FIND_PANGO)
  return find(library, "g_object_unref", &pango.object_unref);
}

static void load(void) { is_loaded = load_all(); }

const char *xai_canvas_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded ? NULL : reason;
}
