import Testing
import XAICore
import XAIEvaluation

@testable import XAICommand

#if XAI_DATABASE
import XAIResults
#endif

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

  @Test(
    "what is wrong with results has a status of its own kind",
    arguments: [
      (EvaluationError.nothing("n"), .inputData), (EvaluationError.noInputSize(model: "m"), .usage),
      (EvaluationError.notFinite("n"), .software),
      (EvaluationError.image(identifier: "i", reason: "r"), .inputData),
    ] as [(any Error, XAICommand.ExitStatus)])
  func evaluation(error: any Error, status: XAICommand.ExitStatus) {
    #expect(Failure(error).status == status)
    #expect(Failure(error).message.hasPrefix("\(error)") && !"\(error)".isEmpty)
  }

  #if XAI_DATABASE
  @Test(
    "what is wrong with a database has a status of its own kind",
    arguments: [
      (StoreError.missing(path: "p"), .noInput), (StoreError.foreign(path: "p", reason: "r"), .inputData),
      (StoreError.otherVersion(path: "p", there: 2, here: 1), .inputData),
      (StoreError.damaged(path: "p", reason: "r"), .inputData),
      (StoreError.otherExperiment(path: "p", differences: []), .usage),
      (StoreError.inUse(path: "p", by: "b"), .cantCreate),
      (StoreError.occupied(path: "p"), .cantCreate),
      (StoreError.notCreatable(path: "p", reason: "r"), .cantCreate),
      (StoreError.readOnly(path: "p"), .cantCreate),
      (StoreError.notWritable(path: "p", reason: "r"), .cantWrite),
      (StoreError.failed(path: "p", reason: "r"), .software), (MergeError.nothing, .inputData),
      (MergeError.missing(positions: [1], shards: []), .inputData),
    ] as [(any Error, XAICommand.ExitStatus)])
  func database(error: any Error, status: XAICommand.ExitStatus) {
    #expect(Failure(error).status == status)
    #expect(Failure(error).message.hasPrefix("\(error)") && !"\(error)".isEmpty)
  }
  #endif
}
