#if XAI_DATABASE
import XAIReport
import XAIResults

extension Report.Source {
  /// Reads a database; its name in the report is that of the file, without folders.
  ///
  /// - Parameter keepsOpen: whether it stays open, which many at once can't.
  init(database path: String, keepsOpen: Bool) throws {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    self.init(name: name, results: try ResultStore.stream(at: path, keepsOpen: keepsOpen))
  }
}
#endif
