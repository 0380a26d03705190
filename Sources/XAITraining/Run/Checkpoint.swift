import XAICore
import XAIFoundation
import XAITensor
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a training is, in one file, so that it is whole or not there.
struct Checkpoint {
  /// What is not a tensor.
  struct State: Codable {
    var fingerprint: [String: String]
    var kernels: String
    /// Steps done.
    var step: Int
    var history: History
    /// The steps since the last row.
    var tally: Tally
    var skipped: [SkippedImage]
    /// A hash of all tensors; nil in checkpoints of before.
    var checksum: String?
  }

  var state: State
  /// The parameters, in the model's order.
  var parameters: [Tensor]
  /// The optimiser's means and squares of the trained parameters.
  var means: [Tensor]
  var squares: [Tensor]

  private static let stateKey = "swift-xai training state"

  static func path(in folder: String) -> String { "\(folder)/checkpoint.safetensors" }

  /// Writes the checkpoint of a folder; the one before stays until this one is whole.
  func write(to folder: String, names: [String], trained: [String]) throws {
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in zip(names, parameters) { tensors["parameter/\(name)"] = tensor }
    for (index, name) in trained.enumerated() {
      tensors["mean/\(name)"] = means[index]
      tensors["square/\(name)"] = squares[index]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var state = state
    state.checksum = checksum
    let text = String(decoding: try encoder.encode(state), as: UTF8.self)
    try SafetensorsWriter(metadata: [Self.stateKey: text]).write(tensors, to: Self.path(in: folder))
  }

  /// What the checkpoint of a folder says, without its tensors; nil where there is none.
  static func state(in folder: String) throws(TrainingError) -> (file: SafetensorsFile, state: State)? {
    let path = path(in: folder)
    guard FileSystem.kind(of: path) != nil else { return nil }
    do {
      let file = try SafetensorsFile(path: path)
      guard let text = file.metadata[stateKey] else {
        throw TrainingError.unusableCheckpoint(file: path, reason: "it is no checkpoint of a training")
      }
      return (file, try JSONDecoder().decode(State.self, from: Data(text.utf8)))
    } catch let error as TrainingError {
      throw error
    } catch {
      throw .unusableCheckpoint(file: path, reason: "\(error)")
    }
  }

  /// Reads the tensors of a checkpoint whose state has been read.
  init(
    _ file: SafetensorsFile, _ state: State, names: [String], shapes: [TensorShape], trained: [Int]
  ) throws(TrainingError) {
    func tensor(_ kind: String, _ index: Int) throws(TrainingError) -> Tensor {
      do {
        let tensor = try file.tensor("\(kind)/\(names[index])")
        guard tensor.shape == shapes[index] else {
          throw TrainingError.unusableCheckpoint(
            file: file.path, reason: "\(kind) of \(names[index]) is \(tensor.shape), not \(shapes[index])")
        }
        return tensor
      } catch let error as TrainingError {
        throw error
      } catch {
        throw .unusableCheckpoint(file: file.path, reason: "\(error)")
      }
    }
    self.state = state
    (parameters, means, squares) = ([], [], [])
    for index in names.indices { parameters.append(try tensor("parameter", index)) }
    for index in trained {
      means.append(try tensor("mean", index))
      squares.append(try tensor("square", index))
    }
    // A disk may give back another bit than it was given, and training would go on from it without a word.
    guard state.checksum == nil || state.checksum == checksum else {
      throw .unusableCheckpoint(
        file: file.path, reason: "its numbers are others than were written, so the file was damaged")
    }
  }

  /// A hash of all tensors.
  private var checksum: String {
    var hash = FNV1a()
    for tensor in parameters + means + squares {
      tensor.withElements { hash.add(UnsafeRawBufferPointer($0)) }
    }
    return hash.text
  }

  init(state: State, parameters: [Tensor], means: [Tensor], squares: [Tensor]) {
    self.state = state
    self.parameters = parameters
    self.means = means
    self.squares = squares
  }
}
