import XAICore
import XAIEvaluation
import XAIFoundation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A card: an image and a class, with all maps.
extension Gallery {
  func card(_ index: Int, _ subjectIndex: Int) -> HTML {
    let image = section.images[index]
    let subject = image.subjects[subjectIndex]
    let overlays = names.indices.map { explainer -> HTML in
      overlay(index, subjectIndex, explainer, style: "map m\(explainer)")
    }
    let flat = names.indices.filter { subject.maps[$0].isDegenerate }.map { names[$0] }
    let missing = names.indices.filter { subject.maps[$0].scores.isEmpty }.map { names[$0] }
    let missingNote: HTML =
      missing.isEmpty ? "" : "<p class=\"flat\">no map: \(missing.joined(separator: ", "))</p>"
    let flatNote: HTML = flat.isEmpty ? "" : "<p class=\"flat\">flat map: \(flat.joined(separator: ", "))</p>"
    return """
      <article class="card" data-state="\(image.state.rawValue)" data-class="\(subject.classIndex)"\(agreement(index, subjectIndex))\
      \(curveData(subject))>
      <div class="stage">\(photograph(index))\(overlays)\(outlines(image, subject))</div>
      <button type="button" class="scripted enlarge">Enlarge<span class="heard"> \(image.identifier)</span></button>
      <h3><bdi>\(image.identifier)</bdi></h3>
      \(about(image, subject))\(flatNote)\(missingNote)\(values(subject))
      </article>

      """
  }

  func photograph(_ index: Int) -> HTML {
    """
    <div class="photo photo-\(number)-\(index)" role="img" aria-label="\(section.images[index].identifier), as the model sees it"></div>
    """
  }

  func overlay(_ image: Int, _ subject: Int, _ explainer: Int, style: String) -> HTML {
    guard let map = maps[image]?[subject][explainer] ?? nil else { return "" }
    let grid = section.experiment.model.grid
    return """
      <img class="\(style)\(map.isSigned ? " signed" : "")" loading="lazy" decoding="async" width="\(grid.columns)" height="\(grid.rows)" \
      alt="\(names[explainer])" src="\(HTML(trusted: map.uri))">
      """
  }

  func about(_ image: ImageResult, _ subject: SubjectResult) -> HTML {
    let predicted = subject.isPredicted ? "predicted" : "not predicted"
    let truth: HTML =
      image.label.map {
        $0 == subject.classIndex ? ", is its label" : "; label <bdi>\(section.label($0))</bdi>"
      } ?? ""
    let probability = subject.probability.map { "\(decimal(Double($0) * 100, places: 1)) %, " } ?? ""
    return """
      <p class="about"><b><bdi>\(section.label(subject.classIndex))</bdi></b> \
      \(probability)\(predicted)\(truth)</p>
      """
  }

  private func values(_ subject: SubjectResult) -> HTML {
    let metrics = section.experiment.metrics
    guard !metrics.isEmpty else { return "" }
    let heads = metrics.map { metric -> HTML in "<th scope=\"col\">\(metric.name) \(metric.arrow)</th>" }
    let styles = metrics.map(NumberStyle.init)
    let rows = names.indices.map { explainer -> HTML in
      let cells = metrics.indices.map { metric -> HTML in
        "<td>\(subject.maps[explainer].number(metric).map { styles[metric].text($0) } ?? "–")</td>"
      }
      return "<tr><th scope=\"row\"><bdi>\(names[explainer])</bdi></th>\(cells)</tr>"
    }
    return """
      <details><summary>Values</summary><div class="scroll" tabindex="0" role="region" aria-label="Values of this image">\
      <table><caption class="heard">Values of this image</caption><thead><tr><th scope="col">Explainer</th>\(heads)</tr></thead>\
      <tbody>\(rows)</tbody></table></div></details>
      """
  }

  /// The edges of the image's objects: those of the class that is asked about solid, the others dashed.
  private func outlines(_ image: ImageResult, _ subject: SubjectResult) -> HTML {
    guard !image.outlines.isEmpty else { return "" }
    let model = section.experiment.model
    let paths = image.outlines.map { outline -> HTML in
      let other = outline.classIndex == subject.classIndex ? "" : " other"
      return
        "<path class=\"under\(other)\" d=\"\(outline.path)\"/><path class=\"edge\(other)\" d=\"\(outline.path)\"/>"
    }
    return """
      <svg class="outline" viewBox="0 0 \(model.inputWidth) \(model.inputHeight)" preserveAspectRatio="none" aria-hidden="true" \
      focusable="false">\(paths)</svg>
      """
  }

  /// How much explainers agree about a class of an image, in hundredths: the mean over pairs that look at the model, and each pair.
  private func agreement(_ index: Int, _ subjectIndex: Int) -> HTML {
    let agreement = SubjectAgreement(
      section.images[index].subjects[subjectIndex], of: section.experiment.explainers)
    let pairs = agreement.correlations.map { value in value.map { "\(Int(($0 * 100).rounded()))" } ?? "" }
    let mean: HTML = agreement.mean.map { " data-rho=\"\(decimal($0, places: 4))\"" } ?? ""
    return "\(mean) data-pairs=\"\(pairs.joined(separator: ","))\""
  }

  /// The curves of an image in thousandths: metrics parted by bars, explainers by semicolons.
  private func curveData(_ subject: SubjectResult) -> HTML {
    guard !curves.isEmpty else { return "" }
    let texts = curves.map { family in
      subject.maps.map { map in
        let y = map.values[family.metric]?.curve?.y ?? []
        guard y.count == family.x.count, y.allSatisfy({ $0.isFinite && $0.magnitude < 1e9 }) else {
          return ""
        }
        return y.map { "\(Int(($0 * 1000).rounded()))" }.joined(separator: ",")
      }.joined(separator: ";")
    }
    return " data-y=\"\(texts.joined(separator: "|"))\""
  }
}

/// The curves of a metric for single images.
struct GalleryCurves {
  /// The metric's index in the experiment.
  let metric: Int
  let x: [Double]

  /// The metrics that have curves for some of the images.
  static func all(of images: [ImageResult], in experiment: Experiment) -> [GalleryCurves] {
    experiment.metrics.indices.compactMap { metric in
      let values = images.lazy.flatMap(\.subjects).flatMap(\.maps).map { $0.values[metric] }
      return values.compactMap { $0?.curve?.x }.first { $0.count > 1 }.map {
        GalleryCurves(metric: metric, x: $0)
      }
    }
  }

  /// The names, axes and points of curves, for the page's script.
  static func json(_ curves: [GalleryCurves], in experiment: Experiment) -> String {
    struct Family: Encodable {
      let name: String
      let across: String
      let up: String
      let x: [Double]
    }
    let families = curves.map { family in
      let metric = experiment.metrics[family.metric]
      let axes = metric.descriptor.curveAxes
      return Family(
        name: metric.name, across: axes?.x ?? "", up: axes?.y ?? "",
        x: family.x.map { ($0 * 10000).rounded() / 10000 })
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Finite numbers and texts are always encoded.
    return (try? encoder.encode(families)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
  }
}
