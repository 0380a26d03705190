// oneDNN as XAITensor uses it, in one place: the 2.x operation descriptors were removed in 3.0, so every call that
// differs between the two is here, behind functions that are the same for both.
//
// A XAIDNNOperation is a primitive made once for its shapes, with memory objects whose data pointers are set at each
// execution. It is not safe to execute one operation from two threads at once; the caller holds a lock.

#ifndef XAI_ONEDNN_SHIM_H
#define XAI_ONEDNN_SHIM_H

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define XAI_DNN_MAX_ARGUMENTS 6

/// OpenMP's own, where the library is built with it; the number holds for the thread that sets it.
extern void omp_set_num_threads(int) __attribute__((weak));

static inline void xai_dnn_use_threads(int threads) {
  if (omp_set_num_threads) omp_set_num_threads(threads);
}

/// The entry of libgomp, and of OpenMP runtimes that stand in for it, behind `#pragma omp parallel`.
extern void GOMP_parallel(void (*work)(void *), void *context, unsigned threads, unsigned flags) __attribute__((weak));

/// Calls `work` once on each thread of OpenMP's team; false where the library is built without OpenMP.
static inline bool xai_openmp_run(void (*work)(void *), void *context, int threads) {
  if (!GOMP_parallel) return false;
  GOMP_parallel(work, context, (unsigned)threads, 0);
  return true;
}

/// Extents and strides of a float32 array, outermost first.
typedef struct {
  int rank;
  int64_t extents[4];
  int64_t strides[4];
} XAIDNNLayout;

typedef struct {
  dnnl_primitive_t primitive;
  int count;
  dnnl_exec_arg_t arguments[XAI_DNN_MAX_ARGUMENTS];
  size_t scratchBytes;
  dnnl_memory_t scratch;
} XAIDNNOperation;

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t XAIDNNDescriptor;
typedef const_dnnl_memory_desc_t XAIDNNDescriptorReference;
#define XAI_DNN_REFERENCE(descriptor) (descriptor)
#else
typedef dnnl_memory_desc_t XAIDNNDescriptor;
typedef const dnnl_memory_desc_t *XAIDNNDescriptorReference;
#define XAI_DNN_REFERENCE(descriptor) (&(descriptor))
#endif

static inline dnnl_status_t xai_dnn_describe(XAIDNNDescriptor *descriptor, XAIDNNLayout layout) {
  dnnl_dims_t extents = {0}, strides = {0};
  memcpy(extents, layout.extents, sizeof layout.extents);
  memcpy(strides, layout.strides, sizeof layout.strides);
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_strides(descriptor, layout.rank, extents, dnnl_f32, strides);
#else
  return dnnl_memory_desc_init_by_strides(descriptor, layout.rank, extents, dnnl_f32, strides);
#endif
}

static inline void xai_dnn_forget(XAIDNNDescriptor *descriptor) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_destroy(*descriptor);
#else
  (void)descriptor;
#endif
}

/// Scratch memory is the caller's, so that one block serves all operations.
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
  for (int i = 0; i < operation->count; i++) dnnl_memory_destroy(operation->arguments[i].memory);
  if (operation->scratch) dnnl_memory_destroy(operation->scratch);
  if (operation->primitive) dnnl_primitive_destroy(operation->primitive);
  free(operation);
}

/// Adds an argument slot; slots take the pointers of an execution in the order in which they are added.
static inline dnnl_status_t xai_dnn_slot(
    XAIDNNOperation *operation, dnnl_engine_t engine, int argument, XAIDNNDescriptorReference descriptor) {
  dnnl_exec_arg_t *slot = &operation->arguments[operation->count];
  slot->arg = argument;
  dnnl_status_t status = dnnl_memory_create(&slot->memory, descriptor, engine, DNNL_MEMORY_NONE);
  if (status == dnnl_success) operation->count++;
  return status;
}

/// Makes the primitive of a finished primitive descriptor, and its scratch memory object.
static inline dnnl_status_t xai_dnn_finish(
    XAIDNNOperation *operation, dnnl_engine_t engine, dnnl_primitive_desc_t descriptor) {
  dnnl_status_t status = dnnl_primitive_create(&operation->primitive, descriptor);
  if (status != dnnl_success) return status;
#if DNNL_VERSION_MAJOR >= 3
  const_dnnl_memory_desc_t scratch = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0);
#else
  const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0);
#endif
  operation->scratchBytes = scratch ? dnnl_memory_desc_get_size(scratch) : 0;
  if (operation->scratchBytes > 0)
    status = dnnl_memory_create(&operation->scratch, scratch, engine, DNNL_MEMORY_NONE);
  return status;
}

static inline dnnl_status_t xai_dnn_execute(
    XAIDNNOperation *operation, dnnl_stream_t stream, void *const *pointers, void *scratch) {
  dnnl_exec_arg_t arguments[XAI_DNN_MAX_ARGUMENTS + 1];
  for (int i = 0; i < operation->count; i++) {
    dnnl_status_t status = dnnl_memory_set_data_handle(operation->arguments[i].memory, pointers[i]);
    if (status != dnnl_success) return status;
    arguments[i] = operation->arguments[i];
  }
  int count = operation->count;
  if (operation->scratch) {
    dnnl_status_t status = dnnl_memory_set_data_handle(operation->scratch, scratch);
    if (status != dnnl_success) return status;
    arguments[count].arg = DNNL_ARG_SCRATCHPAD;
    arguments[count].memory = operation->scratch;
    count++;
  }
  dnnl_status_t status = dnnl_primitive_execute(operation->primitive, stream, count, arguments);
  return status == dnnl_success ? dnnl_stream_wait(stream) : status;
}

/// C ← gelu?(scale·A·B + bias?) + residual?, or C ← C + scale·A·B. Slots: A, B, [bias], [residual], C.
static inline XAIDNNOperation *xai_dnn_matmul(
    dnnl_engine_t engine, XAIDNNLayout a, XAIDNNLayout b, const XAIDNNLayout *bias, const XAIDNNLayout *residual,
    XAIDNNLayout c, float scale, bool gelu, bool accumulates) {
  XAIDNNDescriptor mdA, mdB, mdC, mdBias, mdResidual;
  if (xai_dnn_describe(&mdA, a) || xai_dnn_describe(&mdB, b) || xai_dnn_describe(&mdC, c)) return NULL;
  if (bias && xai_dnn_describe(&mdBias, *bias)) return NULL;
  if (residual && xai_dnn_describe(&mdResidual, *residual)) return NULL;

  dnnl_primitive_attr_t attributes;
  if (xai_dnn_attributes(&attributes)) return NULL;
  dnnl_post_ops_t operations;
  dnnl_post_ops_create(&operations);
  // A linear step before the bias would scale the product alone; with a bias oneDNN applies the step after it, so the
  // caller scales only products without a bias.
  if (scale != 1.0f) xai_dnn_append_eltwise(operations, dnnl_eltwise_linear, scale, 0.0f);
  if (gelu) xai_dnn_append_eltwise(operations, dnnl_eltwise_gelu_erf, 0.0f, 0.0f);
  if (accumulates) xai_dnn_append_sum(operations);
  int residualIndex = (scale != 1.0f) + (gelu ? 1 : 0);
  if (residual) dnnl_post_ops_append_binary(operations, dnnl_binary_add, XAI_DNN_REFERENCE(mdResidual));
  dnnl_primitive_attr_set_post_ops(attributes, operations);
  dnnl_post_ops_destroy(operations);

  dnnl_primitive_desc_t descriptor = NULL;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_status_t status =
      dnnl_matmul_primitive_desc_create(&descriptor, engine, mdA, mdB, bias ? mdBias : NULL, mdC, attributes);
#else
  dnnl_matmul_desc_t operationDescriptor;
  dnnl_status_t status = dnnl_matmul_desc_init(&operationDescriptor, &mdA, &mdB, bias ? &mdBias : NULL, &mdC);
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create(&descriptor, &operationDescriptor, attributes, engine, NULL);
#endif
  dnnl_primitive_attr_destroy(attributes);

  XAIDNNOperation *operation = calloc(1, sizeof *operation);
  if (!operation) return NULL;
  if (status == dnnl_success) status = xai_dnn_slot(operation, engine, DNNL_ARG_SRC, XAI_DNN_REFERENCE(mdA));
  if (status == dnnl_success) status = xai_dnn_slot(operation, engine, DNNL_ARG_WEIGHTS, XAI_DNN_REFERENCE(mdB));
  if (status == dnnl_success && bias)
    status = xai_dnn_slot(operation, engine, DNNL_ARG_BIAS, XAI_DNN_REFERENCE(mdBias));
  if (status == dnnl_success && residual)
    status = xai_dnn_slot(
        operation, engine, DNNL_ARG_ATTR_MULTIPLE_POST_OP(residualIndex) | DNNL_ARG_SRC_1,
        XAI_DNN_REFERENCE(mdResidual));
  if (status == dnnl_success) status = xai_dnn_slot(operation, engine, DNNL_ARG_DST, XAI_DNN_REFERENCE(mdC));
  if (status == dnnl_success) status = xai_dnn_finish(operation, engine, descriptor);
  if (descriptor) dnnl_primitive_desc_destroy(descriptor);
  xai_dnn_forget(&mdA);
  xai_dnn_forget(&mdB);
  xai_dnn_forget(&mdC);
  if (bias) xai_dnn_forget(&mdBias);
  if (residual) xai_dnn_forget(&mdResidual);
  if (status == dnnl_success) return operation;
  xai_dnn_destroy(operation);
  return NULL;
}

/// Layer norm of the rows of a dense matrix. Slots: x, weight, bias, mean, variance, y.
static inline XAIDNNOperation *xai_dnn_layer_norm(
    dnnl_engine_t engine, int64_t rows, int64_t columns, float epsilon) {
  XAIDNNDescriptor data, statistics, vector;
  if (xai_dnn_describe(&data, (XAIDNNLayout){2, {rows, columns}, {columns, 1}})) return NULL;
  if (xai_dnn_describe(&statistics, (XAIDNNLayout){1, {rows}, {1}})) return NULL;
  if (xai_dnn_describe(&vector, (XAIDNNLayout){1, {columns}, {1}})) return NULL;
  dnnl_primitive_attr_t attributes;
  if (xai_dnn_attributes(&attributes)) return NULL;

  const unsigned flags = dnnl_use_scale | dnnl_use_shift;
  dnnl_primitive_desc_t descriptor = NULL;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_status_t status = dnnl_layer_normalization_forward_primitive_desc_create(
      &descriptor, engine, dnnl_forward_training, data, data, statistics, epsilon, flags, attributes);
#else
  dnnl_layer_normalization_desc_t norm;
  dnnl_status_t status = dnnl_layer_normalization_forward_desc_init(
      &norm, dnnl_forward_training, &data, &statistics, epsilon, flags);
  if (status == dnnl_success) status = dnnl_primitive_desc_create(&descriptor, &norm, attributes, engine, NULL);
#endif
  dnnl_primitive_attr_destroy(attributes);

  XAIDNNOperation *operation = calloc(1, sizeof *operation);
  if (!operation) return NULL;
  if (status == dnnl_success) status = xai_dnn_slot(operation, engine, DNNL_ARG_SRC, XAI_DNN_REFERENCE(data));
  if (status == dnnl_success) status = xai_dnn_slot(operation, engine, DNNL_ARG_SCALE, XAI_DNN_REFERENCE(vector));
  if (status == dnnl_success) status = xai_dnn_slot(operation, engine, DNNL_ARG_SHIFT, XAI_DNN_REFERENCE(vector));
  if (status == dnnl_success) status = xai_dnn_slot(operation, engine, DNNL_ARG_MEAN, XAI_DNN_REFERENCE(statistics));
  if (status == dnnl_success)
    status = xai_dnn_slot(operation, engine, DNNL_ARG_VARIANCE, XAI_DNN_REFERENCE(statistics));
  if (status == dnnl_success) status = xai_dnn_slot(operation, engine, DNNL_ARG_DST, XAI_DNN_REFERENCE(data));
  if (status == dnnl_success) status = xai_dnn_finish(operation, engine, descriptor);
  if (descriptor) dnnl_primitive_desc_destroy(descriptor);
  xai_dnn_forget(&data);
  xai_dnn_forget(&statistics);
  xai_dnn_forget(&vector);
  if (status == dnnl_success) return operation;
  xai_dnn_destroy(operation);
  return NULL;
}

#endif
