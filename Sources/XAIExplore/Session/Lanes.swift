/// Where the questions to a model are answered: in two lanes, and in each one at a time.
///
/// So a stroke of a brush doesn't wait for a map that takes minutes. Models may be asked from several threads at once; two
/// questions are all that memory is taken for.
struct Lanes: Sendable {
  /// How much a question asks for.
  enum Length {
    /// A few passes.
    case short
    /// Dozens or more.
    case long
  }

  /// Turns, and the thread of whose turn it is.
  struct Lane: Sendable {
    let turns = Turns()
    let thread: WorkThread
  }

  private let short: Lane
  private let long: Lane

  init(model: String) {
    short = Lane(thread: WorkThread("xai.explore.model.\(model)"))
    long = Lane(thread: WorkThread("xai.explore.model.\(model).long"))
  }

  subscript(length: Length) -> Lane {
    switch length {
    case .short: short
    case .long: long
    }
  }
}
