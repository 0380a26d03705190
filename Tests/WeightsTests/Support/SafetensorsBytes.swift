/// The bytes of a safetensors file with any header, right or wrong.
func safetensorsBytes(header: String, data: [UInt8] = []) -> [UInt8] {
  safetensorsBytes(header: Array(header.utf8), data: data)
}

func safetensorsBytes(header: [UInt8], length: UInt64? = nil, data: [UInt8] = []) -> [UInt8] {
  let length = length ?? UInt64(header.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + data
}

/// The header entry of one tensor.
func entry(_ name: String, _ type: String, _ shape: String, _ start: Int, _ end: Int) -> String {
  "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(start),\(end)]}"
}

/// The bytes of floats as files hold them.
func floatBytes(_ values: [Float]) -> [UInt8] {
  values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
}
