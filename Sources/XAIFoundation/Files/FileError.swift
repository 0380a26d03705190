/// Why a file could not be written.
///
/// Each case names the file and gives the system's reason.
public enum FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The folder takes no new file: it is missing, no folder, or not writable.
  case notCreatable(path: String, reason: String)
  /// The path names something that is there and is not a plain file, such as a folder or a device.
  case notAPlainFile(path: String)
  /// Bytes could not be stored, as on a full disk.
  case notWritable(path: String, reason: String)
  /// The finished file could not be put in its place.
  case notReplaceable(path: String, reason: String)

  /// What is wrong, with what file, and what to do.
  public var description: String {
    switch self {
    case .notCreatable(let path, let reason):
      "\(path): can't be created: \(reason). Check that the folder exists and that you may write to it."
    case .notAPlainFile(let path):
      "\(path): is not a plain file. Give the path of a file to create or replace."
    case .notWritable(let path, let reason):
      "\(path): writing failed: \(reason). Free space on the disk or write elsewhere; nothing was changed."
    case .notReplaceable(let path, let reason):
      "\(path): can't be put in place: \(reason). Check the permissions of the folder; nothing was changed."
    }
  }
}
