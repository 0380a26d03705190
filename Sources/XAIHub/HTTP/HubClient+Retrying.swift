/// What a later try may mend.
struct Passing: Error {
  /// In words.
  var reason: String
  /// How long the server asks to wait; nil where it doesn't.
  var seconds: Double?
  /// What is thrown after the last try.
  var error: HubError
}

extension HubClient {
  /// How often something is tried that brings nothing new.
  static let tryLimit = 5
  /// The longest pause that a server may ask for.
  private static let pauseLimit = 300.0

  /// Tries something until it succeeds, with longer and longer pauses.
  ///
  /// - Parameters:
  ///   - note: is told why there is a pause, and for how many seconds.
  ///   - attempt: the work, which throws `Passing` where it may be tried again. Tries count from the last that brought something
  ///     new, which it says by setting its argument to true.
  func retrying<Result>(
    note: (_ reason: String, _ seconds: Double) throws -> Void, _ attempt: (inout Bool) throws -> Result
  ) throws -> Result {
    var failures = 0
    while true {
      var hasBroughtSomething = false
      do { return try attempt(&hasBroughtSomething) } catch let passing as Passing {
        failures = hasBroughtSomething ? 1 : failures + 1
        guard failures < Self.tryLimit, hasAnswered else { throw passing.error }
        let seconds = passing.seconds ?? Double(1 << (failures - 1))
        guard seconds <= Self.pauseLimit else {
          throw HubError.tooManyRequests(address: settings.endpoint.shown, seconds: Int(min(seconds, 1e9)))
        }
        try note(passing.reason, seconds)
        try pause(seconds)
      }
    }
  }

  /// Waits, and looks now and then whether to stop.
  func pause(_ seconds: Double) throws {
    var rest = seconds
    while rest > 0 {
      try checkStop()
      clock.pause(min(rest, 0.2))
      rest -= 0.2
    }
    try checkStop()
  }

  /// What may pass of a failure to get an answer; anything else is thrown as it is.
  func passing(_ failure: HTTPFailure, at address: String) -> any Error {
    let unreachable = HubError.unreachable(address: address, reason: failure.reason)
    switch failure.kind {
    case .cut, .unreachable: return Passing(reason: failure.reason, error: unreachable)
    case .untrusted: return HubError.untrusted(address: address, reason: failure.reason)
    case .other: return unreachable
    }
  }

  /// What may pass of an answer: a server that has too much to do, or fails; nil for any other.
  func passing(_ answer: Answer) -> Passing? {
    let status = answer.head.status
    guard [408, 429, 500, 502, 503, 504].contains(status) else { return nil }
    let words = answer.head.fields["x-error-message"].map { String($0.prefix(300)) } ?? ""
    return Passing(
      reason: status == 429 ? "too many requests" : "the server failed with status \(status)",
      seconds: status == 429 || status == 503 ? Self.pauseAsked(by: answer.head) : nil,
      error: .failed(address: answer.address.shown, status: status, reason: words))
  }

  /// The seconds of `Retry-After`, or those after which the hub's `RateLimit` begins anew: `"api";r=0;t=55`.
  private static func pauseAsked(by head: HTTPHead) -> Double? {
    if let seconds = head.fields["retry-after"].flatMap({ Double($0) }), seconds >= 0 { return seconds }
    let parts = head.fields["ratelimit"]?.split(separator: ";") ?? []
    return parts.first { $0.hasPrefix("t=") }.flatMap { Double($0.dropFirst(2)) }.map { max($0, 0) }
  }
}
