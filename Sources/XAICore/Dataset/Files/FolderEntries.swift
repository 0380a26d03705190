package import XAIFoundation

/// What a folder of a data set holds: see ``FileSystem/entries(of:)``.
package func folderEntries(of folder: String) throws(DatasetError) -> [FileSystem.Entry] {
  do throws(FileSystem.FolderFailure) {
    return try FileSystem.entries(of: folder)
  } catch {
    switch error {
    case .unreadable(let failure):
      throw .missing(
        path: folder, need: "the folder can't be read: \(failure.reason). Check the path and its permissions."
      )
    case .malformedName(let path):
      throw .malformed(file: path, line: nil, reason: "the name is not UTF-8. Rename the file.")
    }
  }
}
