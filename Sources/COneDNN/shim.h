// oneDNN as XAITensor uses it, in one place: the 2.x operation descriptors were removed in 3.0, so every call that
// differs between the two is here, behind functions that are the same for both.
//
// A XAIDNNOperation is a primitive made once for its shapes. Memory objects are made for each execution, so that several
// threads can execute one operation at once.

#ifndef XAI_ONEDNN_SHIM_H
#define XAI_ONEDNN_SHIM_H

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define XAI_DNN_MAX_ARGUMENTS 5

/// OpenMP's own, where the library is built with it; the number holds for the thread that sets it.
extern void omp_set_num_threads(int) __attribute__((weak));
extern int omp_get_max_threads(void) __attribute__((weak));

/// Keeps oneDNN on the calling thread, as the caller shares the work out itself; returns what to restore.
static inline int xai_dnn_stay_on_this_thread(void) {
  if (!omp_set_num_threads || !omp_get_max_threads) return 0;
  int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  return threads;
}

/// Gives the calling thread back the number of threads that its own use of OpenMP had.
static inline void xai_dnn_restore_threads(int threads) {
  if (threads > 0) omp_set_num_threads(threads);
}

/// Extents and strides of a float32 matrix, rows first.
typedef struct {
  int64_t extents[2];
  int64_t strides[2];
} XAIDNNLayout;

typedef dnnl_memory_desc_t XAIDNNDescriptor;
#if DNNL_VERSION_MAJOR >= 3
#define XAI_DNN_REFERENCE(descriptor) (descriptor)
#else
#define XAI_DNN_REFERENCE(descriptor) (&(descriptor))
#endif

typedef struct {
  dnnl_primitive_t primitive;
  int count;
  int arguments[XAI_DNN_MAX_ARGUMENTS];
  XAIDNNDescriptor descriptors[XAI_DNN_MAX_ARGUMENTS];
  size_t scratchBytes;
  XAIDNNDescriptor scratch;
} XAIDNNOperation;

static inline dnnl_status_t xai_dnn_describe(XAIDNNDescriptor *descriptor, XAIDNNLayout layout) {
  dnnl_dims_t extents = {0}, strides = {0};
  memcpy(extents, layout.extents, sizeof layout.extents);
  memcpy(strides, layout.strides, sizeof layout.strides);
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_strides(descriptor, 2, extents, dnnl_f32, strides);
#else
  return dnnl_memory_desc_init_by_strides(descriptor, 2, extents, dnnl_f32, strides);
#endif
}

static inline void xai_dnn_forget(XAIDNNDescriptor *descriptor) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_destroy(*descriptor);
#else
  (void)descriptor;
#endif
}

/// Scratch memory is the caller's, so that threads can share an operation.
static inline dnnl_status_t xai_dnn_attributes(dnnl_primitive_attr_t *attributes) {
  dnnl_status_t status = dnnl_primitive_attr_create(attributes);
  if (status != dnnl_success) return status;
  return dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
}

static inline void xai_dnn_append_eltwise(dnnl_post_ops_t operations, dnnl_alg_kind_t kind, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_post_ops_append_eltwise(operations, kind, alpha, beta);
#else
  dnnl_post_ops_append_eltwise(operations, 1.0f, kind, alpha, beta);
#endif
}

static inline void xai_dnn_append_sum(dnnl_post_ops_t operations) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_post_ops_append_sum(operations, 1.0f, 0, dnnl_data_type_undef);
#else
  dnnl_post_ops_append_sum(operations, 1.0f);
#endif
}

static inline void xai_dnn_destroy(XAIDNNOperation *operation) {
  for (int i = 0; i < operation->count; i++) xai_dnn_forget(&operation->descriptors[i]);
  if (operation->scratchBytes > 0) xai_dnn_forget(&operation->scratch);
  if (operation->primitive) dnnl_primitive_destroy(operation->primitive);
  free(operation);
}

/// Adds an argument slot; slots take the pointers of an execution in the order in which they are added.
static inline dnnl_status_t xai_dnn_slot(XAIDNNOperation *operation, int argument, XAIDNNLayout layout) {
  operation->arguments[operation->count] = argument;
  dnnl_status_t status = xai_dnn_describe(&operation->descriptors[operation->count], layout);
  if (status == dnnl_success) operation->count++;
  return status;
}

/// Makes the primitive of a finished primitive descriptor, and notes the scratch memory that it needs.
static inline dnnl_status_t xai_dnn_finish(XAIDNNOperation *operation, dnnl_primitive_desc_t descriptor) {
  dnnl_status_t status = dnnl_primitive_create(&operation->primitive, descriptor);
  if (status != dnnl_success) return status;
#if DNNL_VERSION_MAJOR >= 3
  const_dnnl_memory_desc_t scratch = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0);
  size_t bytes = scratch ? dnnl_memory_desc_get_size(scratch) : 0;
  if (bytes > 0) status = dnnl_memory_desc_clone(&operation->scratch, scratch);
#else
  const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0);
  size_t bytes = scratch ? dnnl_memory_desc_get_size(scratch) : 0;
  if (bytes > 0) operation->scratch = *scratch;
#endif
  if (status == dnnl_success) operation->scratchBytes = bytes;
  return status;
}

/// Runs an operation on the calling thread; `scratch` has `scratchBytes`.
static inline dnnl_status_t xai_dnn_execute(
    const XAIDNNOperation *operation, dnnl_engine_t engine, void *const *pointers, void *scratch) {
  dnnl_exec_arg_t arguments[XAI_DNN_MAX_ARGUMENTS + 1];
  dnnl_stream_t stream = NULL;
  int count = 0;
  dnnl_status_t status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
  for (int i = 0; i < operation->count && status == dnnl_success; i++) {
    arguments[i].arg = operation->arguments[i];
    status = dnnl_memory_create(
        &arguments[i].memory, XAI_DNN_REFERENCE(operation->descriptors[i]), engine, pointers[i]);
    if (status == dnnl_success) count++;
  }
  if (operation->scratchBytes > 0 && status == dnnl_success) {
    arguments[count].arg = DNNL_ARG_SCRATCHPAD;
    status = dnnl_memory_create(&arguments[count].memory, XAI_DNN_REFERENCE(operation->scratch), engine, scratch);
    if (status == dnnl_success) count++;
  }
  if (status == dnnl_success) status = dnnl_primitive_execute(operation->primitive, stream, count, arguments);
  if (status == dnnl_success) status = dnnl_stream_wait(stream);
  for (int i = 0; i < count; i++) dnnl_memory_destroy(arguments[i].memory);
  if (stream) dnnl_stream_destroy(stream);
  return status;
}

/// C ← gelu?(scale·A·B + bias?) + residual?, or C ← C + scale·A·B. Slots: A, B, C, [bias], [residual].
static inline XAIDNNOperation *xai_dnn_matmul(
    dnnl_engine_t engine, XAIDNNLayout a, XAIDNNLayout b, XAIDNNLayout c, const XAIDNNLayout *bias,
    const XAIDNNLayout *residual, float scale, bool gelu, bool accumulates) {
  XAIDNNOperation *operation = calloc(1, sizeof *operation);
  if (!operation) return NULL;
  const int residualStep = (scale != 1.0f) + (gelu ? 1 : 0);
  const int residualSlot = bias ? 4 : 3;
  dnnl_status_t status = xai_dnn_slot(operation, DNNL_ARG_SRC, a);
  if (status == dnnl_success) status = xai_dnn_slot(operation, DNNL_ARG_WEIGHTS, b);
  if (status == dnnl_success) status = xai_dnn_slot(operation, DNNL_ARG_DST, c);
  if (status == dnnl_success && bias) status = xai_dnn_slot(operation, DNNL_ARG_BIAS, *bias);
  if (status == dnnl_success && residual)
    status = xai_dnn_slot(
        operation, DNNL_ARG_ATTR_MULTIPLE_POST_OP(residualStep) | DNNL_ARG_SRC_1, *residual);

  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t descriptor = NULL;
  if (status == dnnl_success) status = xai_dnn_attributes(&attributes);
  if (status == dnnl_success) {
    dnnl_post_ops_t steps;
    dnnl_post_ops_create(&steps);
    // oneDNN applies these steps after it has added the bias, so the caller scales only products without one.
    if (scale != 1.0f) xai_dnn_append_eltwise(steps, dnnl_eltwise_linear, scale, 0.0f);
    if (gelu) xai_dnn_append_eltwise(steps, dnnl_eltwise_gelu_erf, 0.0f, 0.0f);
    if (accumulates) xai_dnn_append_sum(steps);
    if (residual)
      dnnl_post_ops_append_binary(
          steps, dnnl_binary_add, XAI_DNN_REFERENCE(operation->descriptors[residualSlot]));
    dnnl_primitive_attr_set_post_ops(attributes, steps);
    dnnl_post_ops_destroy(steps);
    const XAIDNNDescriptor *md = operation->descriptors;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_matmul_primitive_desc_create(
        &descriptor, engine, md[0], md[1], bias ? md[3] : NULL, md[2], attributes);
#else
    dnnl_matmul_desc_t matmul;
    status = dnnl_matmul_desc_init(&matmul, &md[0], &md[1], bias ? &md[3] : NULL, &md[2]);
    if (status == dnnl_success)
      status = dnnl_primitive_desc_create(&descriptor, &matmul, attributes, engine, NULL);
#endif
  }
  if (status == dnnl_success) status = xai_dnn_finish(operation, descriptor);
  if (descriptor) dnnl_primitive_desc_destroy(descriptor);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  if (status == dnnl_success) return operation;
  xai_dnn_destroy(operation);
  return NULL;
}

#endif
