#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "CCurl.h"
#include "curl.h"

struct xai_curl curl;

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
  static const char *const names[] = {"/usr/lib/libcurl.4.dylib", "libcurl.4.dylib"};
#else
  // Debian has three, which differ in the TLS library that they use.
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
#endif
  void *library = NULL;
  for (size_t index = 0; library == NULL && index < sizeof names / sizeof *names; index++) {
    library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL && index == 0) {
      const char *message = dlerror();
      snprintf(reason, sizeof reason, "%s", message == NULL ? "the library can't be loaded" : message);
    }
  }
  if (library == NULL) return false;
#define FIND_FUNCTION(result, name, arguments) \
  if (!find(library, "curl_" #name, &curl.name)) return false;
  CURL_FUNCTIONS(FIND_FUNCTION)
  int code = curl.global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) {
    snprintf(reason, sizeof reason, "libcurl can't begin: %s", curl.easy_strerror(code));
    return false;
  }
  return true;
}

static void load(void) { is_loaded = load_all(); }

const char *xai_http_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded ? NULL : reason;
}
