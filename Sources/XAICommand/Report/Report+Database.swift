#if XAI_DATABASE
import XAIReport
import XAIResults

extension Report.Source {
  /// Reads a database; its name in the report is that of the file, without folders.
  init(database path: String) throws {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    self.init(name: name, results: try ResultStore.results(at: path))
  }
}
#endif
