// What is used of libcurl 7.62 and later, by its documented C interface, which it keeps compatible.
// https://curl.se/libcurl/c/

#ifndef CURL_H
#define CURL_H

#include <stddef.h>
#include <stdint.h>

typedef struct curl_handle CURL;
typedef struct curl_slist curl_slist;

// Numbers of options: those of long begin at 0, of pointers at 10000, of functions at 20000.
enum {
  CURLOPT_NOPROGRESS = 43,
  CURLOPT_NOBODY = 44,
  CURLOPT_HTTPGET = 80,
  CURLOPT_BUFFERSIZE = 98,
  CURLOPT_NOSIGNAL = 99,
  CURLOPT_CONNECTTIMEOUT_MS = 156,
  CURLOPT_PROTOCOLS = 181,
  CURLOPT_SUPPRESS_CONNECT_HEADERS = 265,
  CURLOPT_WRITEDATA = 10001,
  CURLOPT_URL = 10002,
  CURLOPT_PROXY = 10004,
  CURLOPT_ERRORBUFFER = 10010,
  CURLOPT_HTTPHEADER = 10023,
  CURLOPT_HEADERDATA = 10029,
  CURLOPT_XFERINFODATA = 10057,
  CURLOPT_CAINFO = 10065,
  CURLOPT_WRITEFUNCTION = 20011,
  CURLOPT_HEADERFUNCTION = 20079,
  CURLOPT_XFERINFOFUNCTION = 20219,
};

enum {
  CURL_GLOBAL_DEFAULT = 3,
  CURLPROTO_HTTP = 1,
  CURLPROTO_HTTPS = 2,
  CURL_ERROR_SIZE = 256,
};

// Codes of what went wrong.
enum {
  CURLE_OK = 0,
  CURLE_COULDNT_RESOLVE_PROXY = 5,
  CURLE_COULDNT_RESOLVE_HOST = 6,
  CURLE_COULDNT_CONNECT = 7,
  CURLE_HTTP2 = 16,
  CURLE_PARTIAL_FILE = 18,
  CURLE_WRITE_ERROR = 23,
  CURLE_OPERATION_TIMEDOUT = 28,
  CURLE_SSL_CONNECT_ERROR = 35,
  CURLE_ABORTED_BY_CALLBACK = 42,
  CURLE_GOT_NOTHING = 52,
  CURLE_SEND_ERROR = 55,
  CURLE_RECV_ERROR = 56,
  CURLE_PEER_FAILED_VERIFICATION = 60,
  CURLE_SSL_CACERT_BADFILE = 77,
  CURLE_SSL_ISSUER_ERROR = 83,
  CURLE_HTTP2_STREAM = 92,
};

/// libcurl's functions: CURL_FUNCTION(result, name, arguments) is `result curl_name(arguments)`.
#define CURL_FUNCTIONS(CURL_FUNCTION)                               \
  CURL_FUNCTION(int, global_init, (long flags))                     \
  CURL_FUNCTION(CURL *, easy_init, (void))                          \
  CURL_FUNCTION(void, easy_reset, (CURL *))                         \
  CURL_FUNCTION(int, easy_setopt, (CURL *, int option, ...))        \
  CURL_FUNCTION(int, easy_perform, (CURL *))                        \
  CURL_FUNCTION(void, easy_cleanup, (CURL *))                       \
  CURL_FUNCTION(const char *, easy_strerror, (int code))            \
  CURL_FUNCTION(curl_slist *, slist_append, (curl_slist *, const char *)) \
  CURL_FUNCTION(void, slist_free_all, (curl_slist *))

#define DECLARE_FUNCTION(result, name, arguments) result(*name) arguments;

struct xai_curl {
  CURL_FUNCTIONS(DECLARE_FUNCTION)
};

extern struct xai_curl curl;

#endif
