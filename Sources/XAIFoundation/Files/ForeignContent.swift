/// Content that lies where another was meant: what a download leaves that went wrong, or a format of another library.
public enum ForeignContent: Hashable, Sendable {
  /// The few lines that a clone without Git LFS has in place of a large file; with the bytes that the file has.
  case gitLFSPointer(byteCount: Int?)
  /// A page of a web server, such as one that asks for a login.
  case htmlPage
  /// An answer of a server in XML or JSON that isn't the file.
  case serverMessage
  /// A zip archive, as `torch.save` writes.
  case zipArchive
  /// A Python pickle, as `torch.save` wrote before version 1.6.
  case pickle
  /// A gzip, bzip2, xz or zstd stream.
  case compressed
  /// A file of HDF5, as Keras writes.
  case hdf5

  /// Tells what the first bytes are; nil for anything else.
  package init?(of bytes: UnsafeRawBufferPointer) {
    let head = bytes.prefix(1_024)
    func begins(_ magic: [UInt8]) -> Bool { head.starts(with: magic) }
    if begins(Array("version https://git-lfs".utf8)) {
      self = .gitLFSPointer(byteCount: Self.pointerSize(String(decoding: head, as: UTF8.self)))
    } else if begins([0x50, 0x4B, 0x03, 0x04]) {
      self = .zipArchive
    } else if begins([0x80]), let version = head.dropFirst().first, (2...5).contains(version) {
      self = .pickle
    } else if begins([0x1F, 0x8B]) || begins(Array("BZh".utf8)) || begins([0xFD, 0x37, 0x7A, 0x58, 0x5A])
      || begins([0x28, 0xB5, 0x2F, 0xFD])
    {
      self = .compressed
    } else if begins([0x89, 0x48, 0x44, 0x46]) {
      self = .hdf5
    } else {
      // Text may begin with a byte order mark and white space.
      let text = String(decoding: head.drop { $0 <= 0x20 || [0xEF, 0xBB, 0xBF].contains($0) }, as: UTF8.self)
        .lowercased()
      if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") {
        self = .htmlPage
      } else if text.hasPrefix("<?xml") || text.hasPrefix("{\"error\"") {
        self = .serverMessage
      } else {
        return nil
      }
    }
  }

  private static func pointerSize(_ text: String) -> Int? {
    text.split(separator: "\n").first { $0.hasPrefix("size ") }.flatMap { Int($0.dropFirst(5)) }
  }

  /// What people call it.
  public var name: String {
    switch self {
    case .gitLFSPointer(let byteCount):
      "a Git LFS pointer" + (byteCount.map { " to a file of \($0) bytes" } ?? "")
    case .htmlPage: "an HTML page"
    case .serverMessage: "a message of a server"
    case .zipArchive: "a zip archive, as torch.save writes"
    case .pickle: "a Python pickle, as torch.save wrote"
    case .compressed: "a compressed file"
    case .hdf5: "an HDF5 file, as Keras writes"
    }
  }

  /// What to do.
  public var remedy: String {
    switch self {
    case .gitLFSPointer: "Run git lfs pull in its folder, or download the file itself"
    case .htmlPage, .serverMessage:
      "Download the file itself; a private or gated one needs you to be logged in"
    case .zipArchive, .pickle:
      "Pickles run code and aren't read; convert it once in Python: "
        + "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
    case .compressed: "Unpack it"
    case .hdf5: "Convert it once with Python's transformers: from_pretrained and save_pretrained"
    }
  }
}
