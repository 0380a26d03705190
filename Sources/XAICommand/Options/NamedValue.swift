import ArgumentParser

/// The value of an enumeration of the libraries that a user wrote by its name.
@Sendable func namedValue<Value: RawRepresentable & CaseIterable>(_ text: String) throws -> Value
where Value.RawValue == String {
  guard let value = Value(rawValue: text) else {
    throw ValidationError(
      "there is no '\(text)'; there are \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
  }
  return value
}
