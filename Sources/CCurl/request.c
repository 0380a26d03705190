#include <stdio.h>
#include <stdlib.h>

#include "CCurl.h"
#include "curl.h"

struct xai_http_client {
  CURL *handle;
};

xai_http_client *xai_http_create(void) {
  if (xai_http_load() != NULL) return NULL;
  xai_http_client *client = calloc(1, sizeof *client);
  if (client == NULL) return NULL;
  client->handle = curl.easy_init();
  if (client->handle == NULL) {
    free(client);
    return NULL;
  }
  return client;
}

void xai_http_discard(xai_http_client *client) {
  if (client == NULL) return;
  curl.easy_cleanup(client->handle);
  free(client);
}

static size_t take_field(char *line, size_t size, size_t count, void *closure) {
  const xai_http_request *request = closure;
  return request->take_field(request->context, line, size * count) ? size * count : 0;
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *closure) {
  const xai_http_request *request = closure;
  return request->take_bytes(request->context, bytes, size * count) ? size * count : 0;
}

static int tick(void *closure, int64_t to_come, int64_t came, int64_t to_go, int64_t went) {
  (void)to_come, (void)came, (void)to_go, (void)went;
  const xai_http_request *request = closure;
  return request->tick(request->context) ? 0 : 1;
}

static xai_http_outcome outcome(int code) {
  switch (code) {
    case CURLE_OK: return XAI_HTTP_ANSWERED;
    case CURLE_WRITE_ERROR:
    case CURLE_ABORTED_BY_CALLBACK: return XAI_HTTP_STOPPED;
    case CURLE_HTTP2:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2_STREAM: return XAI_HTTP_CUT;
    // The only time that is limited here is that of connecting.
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR: return XAI_HTTP_UNREACHABLE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return XAI_HTTP_UNTRUSTED;
    default: return XAI_HTTP_FAILED;
  }
}

xai_http_outcome xai_http_send(
    xai_http_client *client, const xai_http_request *request, char *reason, size_t reason_size) {
  CURL *handle = client->handle;
  char message[CURL_ERROR_SIZE] = "";
  curl_slist *fields = NULL;
  for (const char *const *field = request->fields; *field != NULL; field++) {
    curl_slist *longer = curl.slist_append(fields, *field);
    if (longer == NULL) {
      curl.slist_free_all(fields);
      snprintf(reason, reason_size, "out of memory");
      return XAI_HTTP_FAILED;
    }
    fields = longer;
  }
  // Connections stay open, and nothing else of the request before stays.
  curl.easy_reset(handle);
  curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  curl.easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl.easy_setopt(handle, CURLOPT_BUFFERSIZE, 256L * 1024);
  curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds);
  curl.easy_setopt(handle, CURLOPT_ERRORBUFFER, message);
  curl.easy_setopt(handle, CURLOPT_HTTPHEADER, fields);
  curl.easy_setopt(handle, request->is_head ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1L);
  if (request->certificates != NULL) curl.easy_setopt(handle, CURLOPT_CAINFO, request->certificates);
  if (request->avoids_proxy) curl.easy_setopt(handle, CURLOPT_PROXY, "");
  curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_field);
  curl.easy_setopt(handle, CURLOPT_HEADERDATA, request);
  curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
  curl.easy_setopt(handle, CURLOPT_WRITEDATA, request);
  curl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, tick);
  curl.easy_setopt(handle, CURLOPT_XFERINFODATA, request);
  int code = curl.easy_setopt(handle, CURLOPT_URL, request->address);
  if (code == CURLE_OK) code = curl.easy_perform(handle);
  curl.easy_reset(handle);
  curl.slist_free_all(fields);
  if (code != CURLE_OK) {
    snprintf(reason, reason_size, "%s", message[0] != '\0' ? message : curl.easy_strerror(code));
  }
  return outcome(code);
}
