#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Names of files as texts, whatever their bytes are.
///
/// On Linux a name is any bytes except `/` and NUL, and a `String` is Unicode. A byte that is not part of valid UTF-8, and
/// a control character, therefore stands in a text as a scalar of its own, U+10FE00 + byte: what PEP 383 does with lone
/// surrogates, which a `String` can't hold. A scalar of that range in a real name is taken byte by byte as well, so that
/// the way back is exact. Everything in ``FileSystem``, ``FileContents`` and ``AtomicFile`` takes such texts.
package enum FileName {
  /// The scalar that stands for byte 0; of private use, and in UTF-8 F4 8F B8 80.
  private static let base: UInt32 = 0x10_FE00
  /// The first byte of these scalars, which few other texts have.
  private static let lead: UInt8 = 0xF4

  /// The text of a name's bytes.
  package static func text(_ bytes: some Collection<UInt8>) -> String {
    if !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == lead }),
      let text = String(validating: bytes, as: UTF8.self)
    {
      return text
    }
    var text = String.UnicodeScalarView()
    var rest = Array(bytes)[...]
    while let first = rest.first {
      let scalar = scalar(in: rest)
      if let scalar, !isControl(scalar), byte(of: scalar) == nil {
        text.append(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else if let escape = Unicode.Scalar(base + UInt32(first)) {
        text.append(escape)
        rest = rest.dropFirst()
      }
    }
    return String(text)
  }

  /// The bytes of a name.
  package static func bytes(_ text: String) -> [UInt8] {
    guard text.utf8.contains(lead) else { return Array(text.utf8) }
    return text.unicodeScalars.flatMap { scalar in byte(of: scalar).map { [$0] } ?? Array(scalar.utf8) }
  }

  /// Calls `body` with the name as the system takes it.
  package static func withCString<R>(_ text: String, _ body: (UnsafePointer<CChar>) -> R) -> R {
    guard text.utf8.contains(lead) else { return text.withCString(body) }
    return body(bytes(text).map { CChar(truncatingIfNeeded: $0) } + [0])
  }

  /// A name as people read it, on one line: backslashes are doubled, and what can't be printed is `\n`, `\xE9` or
  /// `\u{202E}`, so that different names look different.
  package static func shown(_ text: String) -> String { printable(text, keepsLines: false) }

  /// A text that holds names, for a terminal: what can't be printed, except for line ends and tabs, is escaped as ``shown(_:)``
  /// does it.
  package static func printable(_ text: String) -> String { printable(text, keepsLines: true) }

  /// The text of JSON in which names stand: a byte that is not UTF-8 is `\xE9` in it, everything else is itself, escaped
  /// where it can't be printed.
  package static func json(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 >= 0x7F }) else { return text }
    return text.unicodeScalars.reduce(into: "") { json, scalar in
      if let byte = byte(of: scalar) {
        json += (byte < 0x80 ? "\\u00" : "\\\\x") + hexadecimal(byte)
      } else if scalar.value >= 0x7F, isUnprintable(scalar) {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        json.unicodeScalars.append(scalar)
      }
    }
  }

  /// A name for a new file that is made after another: bytes that no one could type are `%E9`.
  package static func portable(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { name, scalar in
      if let byte = byte(of: scalar) {
        name += "%" + hexadecimal(byte)
      } else if isUnprintable(scalar) {
        name += scalar.utf8.map { "%" + hexadecimal($0) }.joined()
      } else {
        name.unicodeScalars.append(scalar)
      }
    }
  }

  private static func printable(_ text: String, keepsLines: Bool) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      byte >= 0x20 && byte < 0x7F && (keepsLines || byte != UInt8(ascii: "\\"))
        || keepsLines && (byte == 0x0A || byte == 0x09)
    }
    if isPlain { return text }
    return text.unicodeScalars.reduce(into: "") { shown, scalar in
      switch scalar {
      case "\n", "\t": shown += keepsLines ? String(scalar) : scalar == "\n" ? "\\n" : "\\t"
      case "\\": shown += keepsLines ? "\\" : "\\\\"
      default:
        if let byte = byte(of: scalar)
          ?? (scalar.value < 0x80 && isControl(scalar) ? UInt8(scalar.value) : nil)
        {
          shown += byte == 10 ? "\\n" : byte == 9 ? "\\t" : byte == 13 ? "\\r" : "\\x" + hexadecimal(byte)
        } else if isUnprintable(scalar) {
          shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        } else {
          shown.unicodeScalars.append(scalar)
        }
      }
    }
  }

  /// The byte that a scalar stands for; nil for one that stands for itself.
  private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    scalar.value >= base && scalar.value < base + 0x100 ? UInt8(scalar.value - base) : nil
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || scalar.value == 0x7F
  }

  /// Controls, line ends, and what turns the direction of a line, with which a name could pass for another.
  private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
  }

  /// The scalar that bytes begin with; nil where they are no UTF-8.
  private static func scalar(in bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let first = bytes.first else { return nil }
    let count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    return String(validating: bytes.prefix(count), as: UTF8.self)?.unicodeScalars.first
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}

/// The arguments of the process behind its name, as ``FileName`` writes texts.
package func argumentTexts() -> [String] {
  (1..<max(Int(CommandLine.argc), 1)).compactMap { index in
    CommandLine.unsafeArgv[index].map { argument in
      FileName.text(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
    }
  }
}
