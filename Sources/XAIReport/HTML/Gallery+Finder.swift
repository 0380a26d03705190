import XAICore
import XAIEvaluation
import XAIFoundation

/// What finds images, and what enlarges one.
extension Gallery {
  /// The cards that are shown, and their order.
  ///
  /// Only the script can do it.
  var finder: HTML {
    let images = cardImages
    let states = ImageResult.State.allCases.filter { state in images.contains { $0.state == state } }
    let classes = Set(images.flatMap { $0.subjects.map(\.classIndex) }).sorted()
    let stateChoice: HTML =
      states.count < 2
      ? ""
      : "<label>Model <select class=\"state\"><option value=\"\">right or wrong</option>\(states.map(option))</select></label>\n"
    let classChoice: HTML =
      classes.count < 2
      ? ""
      : "<label>Class <select class=\"class\"><option value=\"\">all</option>\(classes.map(classOption))</select></label>\n"
    return """
      <form class="finder scripted" aria-label="Which images are shown, in which order">
      \(stateChoice)\(classChoice)<label>Name <input type="search" class="text" placeholder="image or class"></label>
      <label>Order <select class="order"><option value="">as in the sample</option>\(orders)</select></label>
      <output class="count" aria-live="polite"></output>
      </form>
      """
  }

  private func option(_ state: ImageResult.State) -> HTML {
    "<option value=\"\(state.rawValue)\">\(state.text)</option>"
  }

  private func classOption(_ classIndex: Int) -> HTML {
    "<option value=\"\(classIndex)\">\(section.label(classIndex))</option>"
  }

  private var orders: [HTML] {
    guard names.count > 1 else { return metricOrders }
    return [
      "<option value=\"rho\">explainers disagree most</option>",
      "<option value=\"pair\">A and B disagree most</option>",
    ] + metricOrders
  }

  /// The worst first by each metric that has a better side.
  private var metricOrders: [HTML] {
    section.experiment.metrics.enumerated().compactMap { index, metric in
      switch metric.descriptor.direction {
      case .higher: "<option value=\"+\(index)\">lowest \(metric.name) of A</option>"
      case .lower: "<option value=\"-\(index)\">highest \(metric.name) of A</option>"
      case .neither: nil
      }
    }
  }

  private var hasOutlines: Bool { cardImages.contains { !$0.outlines.isEmpty } }

  /// Whether objects are outlined.
  var outlineChoice: HTML {
    hasOutlines
      ? "<label><input type=\"checkbox\" class=\"pick-outline\" checked> Outlines</label>\n" : ""
  }

  var outlineLegend: HTML {
    hasOutlines
      ? " White lines are the edges of objects whose place is known, dashed ones of other classes than the one asked about."
      : ""
  }

  /// Where the script enlarges an image; closed, and nothing without it.
  var dialog: HTML {
    """
    <dialog class="large" aria-label="An image, enlarged">
    <div class="bar"><output class="place"></output><button type="button" class="step" data-step="-1">← Previous</button>\
    <button type="button" class="step" data-step="1">Next →</button><button type="button" class="close">Close</button></div>
    <div class="body"></div>
    </dialog>
    """
  }
}

extension ImageResult {
  /// Whether the model is right about an image, so far as the classes that were asked about say.
  enum State: String, CaseIterable {
    case right, wrong, unknown

    /// What the choice says.
    var text: String { self == .unknown ? "not known" : rawValue }
  }

  /// By its label, or where it has none by the classes of its objects.
  var state: State {
    let truth = Set(label.map { [$0] } ?? outlines.map(\.classIndex))
    guard !truth.isEmpty else { return .unknown }
    if let predicted = subjects.first(where: \.isPredicted) {
      return truth.contains(predicted.classIndex) ? .right : .wrong
    }
    // None of the classes that would be right is the predicted one.
    return truth.isSubset(of: subjects.map(\.classIndex)) ? .wrong : .unknown
  }
}
