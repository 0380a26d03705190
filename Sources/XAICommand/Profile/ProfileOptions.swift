import ArgumentParser
import XAICore
import XAITensor

/// Whether a run says where its time went.
struct ProfileOptions: ParsableArguments {
  @Flag(help: "Print at the end, on standard error, how long each operation took.")
  var profile = false

  /// A profile that begins now, where one was asked for.
  func begin() -> Profile? { profile ? Profile() : nil }
}

extension Profile {
  /// Prints what was measured since it was taken last, under a heading.
  func report(_ heading: String, model: ModelDescriptor) {
    StandardError.write("\n\(heading)\n" + profileTable(take(), model: model))
  }
}
