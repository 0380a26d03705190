import XAICore

/// A metric at work on one map: its plan, what it waits for, and in the end the value.
struct MetricEvaluation {
  private enum State {
    case planned(MetricPlan)
    case waiting(
      requests: [Int], later: Int, then: @Sendable (_ answers: MetricAnswers) throws -> MetricPlan)
    case done
  }

  private let asker: RequestQueue.Asker
  /// The number under which the queue knows it.
  private let number: Int
  private var state: State
  /// The value, or what was wrong; nil as long as answers are missing.
  private(set) var value: Result<MetricValue?, any Error>?

  /// Begins with a plan.
  init(_ plan: MetricPlan, asker: RequestQueue.Asker, number: Int) {
    (self.asker, self.number) = (asker, number)
    state = .planned(plan)
  }

  /// At most how many requests it has not put to the queue yet.
  var unaskedLimit: Int {
    switch state {
    case .planned(let plan): plan.limit
    case .waiting(_, let later, _): later
    case .done: 0
    }
  }

  /// Puts the requests of the next round to the queue; false where there are none.
  mutating func ask(_ queue: inout RequestQueue) -> Bool {
    while true {
      if queue.hasAnswers(for: number) { resume(&queue) }
      guard case .planned(let plan) = state else { return false }
      guard case .ask(let logits, let maps, let later, let then) = plan else {
        if case .value(let number) = plan { finish(.success(number)) }
        return false
      }
      do {
        let requests = try queue.ask(logits, maps, by: asker, for: number)
        state = .waiting(requests: requests, later: later, then: then)
        guard requests.isEmpty else { return true }
      } catch {
        finish(.failure(error))
        return false
      }
    }
  }

  /// Continues with the answers to the last round, when all are there; what comes next is asked in the next round.
  mutating func resume(_ queue: inout RequestQueue) {
    guard case .waiting(let requests, _, let then) = state else { return }
    do {
      state = .planned(try then(queue.read(requests, about: asker.classIndex)))
      if case .planned(.value(let number)) = state { finish(.success(number)) }
    } catch {
      finish(.failure(error))
    }
  }

  private mutating func finish(_ result: Result<MetricValue?, any Error>) {
    value = result
    state = .done
  }
}
