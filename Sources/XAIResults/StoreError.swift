import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why results can't be kept or read.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no file.
  case missing(path: String)
  /// The file is no database of results.
  case foreign(path: String, reason: String)
  /// The database is of another version of the tables.
  case otherVersion(path: String, there: Int, here: Int)
  /// The database holds the results of another experiment; each difference names a field and both values.
  case otherExperiment(path: String, differences: [String])
  /// The database has results of an image that is another one now, or has another label, box or mask.
  case otherImage(path: String, identifier: String)
  /// The database has results of images whose labels are others now.
  case otherLabels(path: String)
  /// The database was a whole one, and is no more.
  case damaged(path: String, reason: String)
  /// Another run writes the database.
  case inUse(path: String, by: String)
  /// Something stands where a new database is to be made.
  case occupied(path: String)
  /// The file can't be made.
  case notCreatable(path: String, reason: String)
  /// The file may not be written.
  case readOnly(path: String)
  /// Writing failed, as on a full disk.
  case notWritable(path: String, reason: String)
  /// The process has as many files open as it may.
  case tooManyFiles(path: String)
  /// The database engine failed in another way.
  case failed(path: String, reason: String)

  public var description: String {
    switch self {
    case .missing(let path): "\(FileName.shown(path)): there is no such file"
    case .foreign(let path, let reason):
      "\(FileName.shown(path)): is no database of evaluation results: \(reason). It was left as it is; give another path."
    case .otherVersion(let path, let there, let here):
      "\(FileName.shown(path)): its tables are of version \(there), and this program has version \(here). Use the version of the "
        + "program that wrote it, or give another path."
    case .otherExperiment(let path, let differences):
      "\(FileName.shown(path)): holds the results of another experiment, which differs in "
        + "\(differences.joined(separator: "; ")). Give another path, the same settings to resume, or start over."
    case .otherImage(let path, let identifier):
      "\(FileName.shown(path)): its results are of another image of the name \(FileName.shown(identifier)), or of another label, "
        + "box or mask for it. Give the same images to resume, or another path."
    case .otherLabels(let path):
      "\(FileName.shown(path)): its results are of the same images with other labels. Give the same labels to resume, or another "
        + "path."
    case .damaged(let path, let reason):
      "\(FileName.shown(path)): the database is damaged: \(reason). Restore it from a copy, or begin anew."
    case .inUse(let path, let owner):
      "\(FileName.shown(path)): another run writes it\(owner.isEmpty ? "" : " (\(owner))"). "
        + "Wait for its end, or give another path; reading is possible meanwhile."
    case .occupied(let path):
      "\(FileName.shown(path)): stands there already. Remove it, or give another path."
    case .notCreatable(let path, let reason):
      "\(FileName.shown(path)): can't be made: \(reason). Check the folder and that you may write there."
    case .readOnly(let path):
      "\(FileName.shown(path)): may not be written. Check the permissions of the file and its folder."
    case .notWritable(let path, let reason):
      "\(FileName.shown(path)): writing failed: \(reason). What was there is kept. Free space, then give the same command again."
    case .tooManyFiles(let path):
      "\(FileName.shown(path)): can't be opened: \(systemReason(EMFILE)). Raise the limit (ulimit -n), or close what else is open."
    case .failed(let path, let reason): "\(FileName.shown(path)): \(reason)"
    }
  }
}
