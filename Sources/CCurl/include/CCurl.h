// HTTP and TLS by libcurl, which is loaded when the first request is made.
//
// Linking it would load some 25 shared libraries at the start of every program, and tie an archive that runs anywhere to them.
// Nothing here needs its header; without the library, `xai_http_load` says so.

#ifndef C_CURL_H
#define C_CURL_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__cplusplus)
extern "C" {
#endif

/// Connections that stay open from one request to the next; for one thread at a time.
typedef struct xai_http_client xai_http_client;

/// How a request ended.
typedef enum xai_http_outcome {
  /// The whole answer came, whatever its status.
  XAI_HTTP_ANSWERED,
  /// A function of the request said so.
  XAI_HTTP_STOPPED,
  /// The connection ended before the answer did.
  XAI_HTTP_CUT,
  /// There was no connection.
  XAI_HTTP_UNREACHABLE,
  /// The server's certificate isn't one of those that are trusted.
  XAI_HTTP_UNTRUSTED,
  /// Anything else.
  XAI_HTTP_FAILED,
} xai_http_outcome;

/// A GET or HEAD of an http or https address; no redirect is followed.
typedef struct xai_http_request {
  const char *address;
  bool is_head;
  /// Lines of the header, `Name: value`, a null pointer behind the last.
  const char *const *fields;
  /// A file of the certificates that are trusted; null for the library's own.
  const char *certificates;
  /// Whether the environment's proxies are passed by.
  bool avoids_proxy;
  long connect_milliseconds;

  /// What the following functions get; each ends the request by returning false.
  void *context;
  /// Takes a line of the answer's header.
  bool (*take_field)(void *context, const char *line, size_t count);
  /// Takes bytes of the answer's body.
  bool (*take_bytes)(void *context, const void *bytes, size_t count);
  /// Is called about once a second, whether or not anything comes.
  bool (*tick)(void *context);
} xai_http_request;

/// Loads libcurl where that hasn't been done.
///
/// - Returns: null, or what the system's loader says is wrong.
const char *xai_http_load(void);

/// A client; null without memory or before libcurl is loaded.
xai_http_client *xai_http_create(void);

/// Sends a request and waits for the end of the answer.
///
/// - Parameter reason: gets libcurl's words for any outcome but an answer.
xai_http_outcome xai_http_send(
    xai_http_client *client, const xai_http_request *request, char *reason, size_t reason_size);

void xai_http_discard(xai_http_client *client);

#if defined(__cplusplus)
}
#endif

#endif
