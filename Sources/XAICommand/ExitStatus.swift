import ArgumentParser
import XAICore
import XAIEvaluation
import XAIFigures
import XAIFoundation
import XAIHub
import XAIImage
import XAIReport
import XAITensor
import XAITraining
import XAIWeights

#if XAI_DATABASE
import XAIResults
#endif

/// The exit statuses of the command, after BSD's sysexits.
enum ExitStatus: Int32, CaseIterable {
  case checkFailed = 1
  case usage = 64
  case inputData = 65
  case noInput = 66
  case unavailable = 69
  case software = 70
  case cantCreate = 73
  case cantWrite = 74
  case notPermitted = 77
  case interrupted = 130
  case outputClosed = 141

  /// What the status says.
  var summary: String {
    switch self {
    case .checkFailed: "a check did not pass"
    case .usage: "wrong arguments; nothing was done"
    case .inputData: "an image, data set, configuration or weight file can't be used"
    case .noInput: "an image, data set or model is not there or can't be read"
    case .unavailable: "a server can't be reached, or fails; a later try may succeed"
    case .software: "an internal error, or numbers that are not finite"
    case .cantCreate: "an output folder or file can't be created"
    case .cantWrite: "writing failed, as on a full disk"
    case .notPermitted: "a server refuses the token, or asks for one"
    case .interrupted: "stopped by Ctrl-C or SIGTERM; finished files are whole"
    case .outputClosed: "the reader of standard output went away"
    }
  }

  /// The statuses as help screens show them.
  static var help: String {
    let rows = [["0", "all done"]] + allCases.map { [String($0.rawValue), $0.summary] }
    return "Exit status:\n" + table(rows, indent: "  ", rightAligned: [0]).dropLast()
  }
}

/// What ends a run, or one image of it: a message and an exit status.
struct Failure: Error {
  /// What was wrong and what to do; empty where that has been said already.
  var message: String
  var status: ExitStatus

  init(_ status: ExitStatus, _ message: String) {
    self.message = message
    self.status = status
  }

  /// Classifies an error of the libraries; `status` is for those that are not known here, such as a plugin's own.
  init(_ error: any Error, otherwise status: ExitStatus = .software) {
    if let failure = error as? Failure {
      self = failure
    } else {
      self.init(ExitStatus(of: error) ?? status, ErrorHints.text(of: error))
    }
  }
}

extension ExitStatus {
  /// The status of an error of the libraries; nil for one that is not known here.
  fileprivate init?(of error: any Error) {
    switch error {
    case is CancellationError: self = .interrupted
    case let error as RegistryError:
      if case .unsupportedModel = error { self = .inputData } else { self = .usage }
    case let error as TrainingError: self.init(error)
    case let error as EvaluationError: self.init(error)
    case let error as ReportError:
      if case .unknownBaseline = error { self = .usage } else { self = .inputData }
    case let error as DatasetError: self.init(error)
    case ModelError.notFinite: self = .software
    case is OptionError, is TargetError, is TensorError, is ModelError: self = .usage
    case let error as ImageError: self.init(error)
    case let error as ModelDirectoryError:
      switch error {
      case .unknownFormat, .diffusion, .notAModel, .pickle: self = .inputData
      default: self = .noInput
      }
    case let error as WeightStoreError:
      switch error {
      case .noWeights, .noAdapterWeights, .missingShard, .brokenLink: self = .noInput
      default: self = .inputData
      }
    case let error as HubError: self.init(error)
    case is CancellationError: self = .interrupted
    case SafetensorsError.unwritable(let error): self.init(of: error)
    case ConfigurationError.brokenLink, ConfigurationError.unreadable, SafetensorsError.unreadable:
      self = .noInput
    case is ConfigurationError, is SafetensorsError, is WeightsError, is AdapterError: self = .inputData
    case is PreprocessingError: self = .inputData
    case let error as FileError:
      switch error {
      case .notCreatable, .notAPlainFile, .notAFolder: self = .cantCreate
      case .notWritable, .notReplaceable: self = .cantWrite
      case .notAFile: self = .software
      }
    case let error as DrawingError:
      switch error {
      case .noCairo, .tooLarge: self = .usage
      case .notDrawn, .unknownExtension: self = .software
      }
    case is AttributionError, is FigureError: self = .software
    default:
      #if XAI_DATABASE
      self.init(ofStore: error)
      #else
      return nil
      #endif
    }
  }

  private init(_ error: HubError) {
    switch error {
    case .unusableSetting: self = .usage
    case .notAModel, .wrongSize, .wrongHash, .unsafeRedirect, .notAHub: self = .inputData
    case .offline, .noRepository, .noRevision, .noFile: self = .noInput
    case .noCurl, .unreachable, .untrusted, .failed, .tooManyRequests, .cut: self = .unavailable
    case .noRoom: self = .cantWrite
    case .gated, .refused: self = .notPermitted
    }
  }

  private init(_ error: ImageError) {
    switch error {
    case .unreadable: self = .noInput
    case .empty, .unknownFormat, .missingDecoder, .tooManyPixels, .truncated, .corrupt: self = .inputData
    case .outOfMemory, .notEncodable, .unknownExtension, .unusableSamples, .wrongSampleCount, .outside,
      .notResizable:
      self = .software
    }
  }

  private init(_ error: TrainingError) {
    switch error {
    case .noImages, .labelOutside, .allDamaged, .damaged, .unusableCheckpoint: self = .inputData
    case .otherTraining: self = .usage
    case .occupied, .inUse: self = .cantCreate
    case .diverged: self = .software
    }
  }

  private init(_ error: EvaluationError) {
    switch error {
    case .repeated, .dataLacks, .otherClasses, .modelLacks, .noInputSize, .batchSize: self = .usage
    case .nothing, .image, .weightsChanged: self = .inputData
    case .notFinite: self = .software
    }
  }

  private init(_ error: DatasetError) {
    switch error {
    case .missing: self = .noInput
    case .noSplit, .invalidOptions: self = .usage
    case .malformed, .emptyClass, .unknownLabel, .empty, .wrongMask: self = .inputData
    }
  }
}

// MARK: - The database

#if XAI_DATABASE
extension ExitStatus {
  /// The status of an error of the database; nil for another one.
  fileprivate init?(ofStore error: any Error) {
    switch error {
    case is MergeError: self = .inputData
    case let error as StoreError:
      switch error {
      case .missing: self = .noInput
      case .foreign, .otherVersion, .damaged, .otherImage, .otherLabels: self = .inputData
      case .otherExperiment: self = .usage
      case .inUse, .occupied, .notCreatable, .readOnly, .tooManyFiles: self = .cantCreate
      case .notWritable: self = .cantWrite
      case .failed: self = .software
      }
    default: return nil
    }
  }
}
#else
extension Failure {
  /// A command needs the database, which this build lacks; the status is that of kernels which a build lacks.
  static let noDatabase = Failure(
    .usage,
    "this build has no database of results, which needs SQLite: "
      + "sudo apt-get install libsqlite3-dev && XAI_DATABASE=on swift build -c release")
}
#endif
