import XAITensor
import XAIWeights

/// Opens the bytes as a safetensors file, reads every tensor and prints every error.
///
/// Elements are summed so that AddressSanitizer sees each of them being read; messages are made because names in
/// them come from the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSafetensors(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  do throws(SafetensorsError) {
    let file = try SafetensorsFile(bytes: bytes, name: "fuzz")
    for stored in file.tensors {
      do throws(SafetensorsError) {
        let tensor = try file.tensor(stored.name)
        precondition(tensor.shape == stored.shape, "a tensor has another shape than its header says")
        _ = tensor.withElements { $0.reduce(0, +) }
      } catch {
        precondition(!error.description.isEmpty, "an error says nothing")
      }
    }
  } catch {
    precondition(!error.description.isEmpty, "an error says nothing")
  }
  // The same bytes as a configuration: it goes through the same JSON reader, without the header's checks behind it.
  if let text = String(validating: bytes, as: UTF8.self) {
    _ = try? Configuration(text: text, file: "fuzz").optionalLabels()
  }
  return 0
}
