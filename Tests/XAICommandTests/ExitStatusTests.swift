import Testing
import XAICore

@testable import XAICommand

@Suite struct ExitStatusTests {
  @Test(
    "what is wrong with a data set has a status of its own kind",
    arguments: [
      (DatasetError.missing(path: "p", need: "n"), .noInput),
      (.malformed(file: "f", line: 1, reason: "r"), .inputData),
      (.emptyClass(name: "n", place: "p"), .inputData),
      (.unknownLabel(file: "f", line: 1, label: "l", known: "k"), .inputData),
      (.empty(place: "p"), .inputData),
      (.noSplit(name: "n", dataset: "d", known: []), .usage),
      (.invalidOptions(dataset: "d", reason: "r"), .usage),
    ] as [(DatasetError, XAICommand.ExitStatus)])
  func datasets(error: DatasetError, status: XAICommand.ExitStatus) {
    #expect(Failure(error).status == status)
    #expect(Failure(error).message == error.description)
  }

  @Test("a text that is no data set is a wrong argument")
  func unknownDataset() {
    #expect(Failure(RegistryError.unknownDataset(text: "t", known: [])).status == .usage)
  }
}
