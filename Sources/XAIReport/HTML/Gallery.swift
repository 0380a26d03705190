import XAICore
import XAIEvaluation
import XAIFoundation

/// The photographs with the maps over them.
///
/// A photograph is in the page once, as the background of a class of its own, however often it is shown. A map is a PNG with
/// one pixel a patch. Which explainer's map is shown is decided by styles alone, from the choice in the form.
struct Gallery {
  let section: ReportSection
  let number: Int
  let names: [String]
  /// `maps[image][subject][explainer]`, of the images that are shown.
  let maps: [Int: [[MapImage?]]]
  private let shown: [Int]
  /// The curves that are drawn for single images: which metrics have them, and where their points are.
  let curves: [GalleryCurves]

  init(_ section: ReportSection, number: Int) throws {
    self.section = section
    self.number = number
    names = section.explainerNames
    let shown = section.images.indices.filter { section.images[$0].thumbnail != nil }
    let grid = section.experiment.model.grid
    let needed = Set(shown).union(section.agreement.disagreements.map(\.place.image))
    var maps: [Int: [[MapImage?]]] = [:]
    for index in needed {
      maps[index] = try section.images[index].subjects.map { subject in
        try zip(subject.maps, section.experiment.explainers).map { map, explainer in
          try map.scores.isEmpty
            ? nil : MapImage(map, meaning: explainer.scoreMeaning, rows: grid.rows, columns: grid.columns)
        }
      }
    }
    self.shown = shown
    curves = GalleryCurves.all(of: shown.map { section.images[$0] }, in: section.experiment)
    self.maps = maps
  }

  /// What the colours of the maps mean.
  var legend: MapLegend { MapLegend(section.experiment.explainers, names: names) }

  /// The images that have cards.
  var cardImages: [ImageResult] { shown.map { section.images[$0] } }

  private var root: String { "#part-\(number)-images" }

  /// The photographs, and which maps the form shows.
  var style: String {
    let photographs = section.images.enumerated().compactMap { index, image in
      image.thumbnail.map { bytes in
        ".photo-\(number)-\(index){background-image:url(\(dataURI(bytes, type: "image/jpeg")))}\n"
      }
    }
    let model = section.experiment.model
    let shape = "#part-\(number){--shape:\(model.inputWidth)/\(model.inputHeight)}\n"
    let outlines = "\(root):has(.pick-outline:not(:checked)) .outline{display:none}\n"
    return shape + outlines + MapLegend.style + names.indices.map(rules).joined() + photographs.joined()
  }

  /// A is on the left of the divider where there is a B, and everywhere where there is none.
  private func rules(of explainer: Int) -> String {
    let (a, b) = (
      "\(root):has(.pick-a option[value=\"\(explainer)\"]:checked)",
      "\(root):has(.pick-b option[value=\"\(explainer)\"]:checked)"
    )
    return """
      \(a) .m\(explainer){display:block}
      \(root):has(.pick-b option:not([value=""]):checked) .m\(explainer){clip-path:inset(0 calc(100% - var(--split)) 0 0)}
      \(b) .m\(explainer){display:block;clip-path:inset(0 0 0 var(--split))}
      \(a)\(b.dropFirst(root.count)) .m\(explainer){clip-path:none}

      """
  }

  /// All images that have a photograph.
  var images: HTML {
    get throws {
      guard !shown.isEmpty else { return "" }
      let cards = shown.flatMap { image in
        section.images[image].subjects.indices.map { card(image, $0) }
      }
      return """
        \(finder)
        <form class="controls" aria-label="What is shown over the images">
        <label>Map A <select class="pick-a">\(options(selected: section.defaultShown))</select></label>
        <label>Map B <select class="pick-b"><option value="" selected>none</option>\(options(selected: nil))</select></label>
        <label class="scripted split">Divider <input type="range" min="0" max="100" value="50" class="split"></label>
        <label class="scripted">Strength <input type="range" min="0" max="100" value="65" class="alpha"></label>
        \(outlineChoice)</form>
        \(legend.html)
        <p class="legend">With a map B, A is left of the divider and B right of it: move it over an image, or with the slider for \
        all.<span class="scripted"> Click an image to enlarge it, with its curves.</span>\(outlineLegend)\(rest)</p>
        <div class="cards" data-curves="\(GalleryCurves.json(curves, in: section.experiment))">
        \(cards)</div>
        \(dialog)
        """
    }
  }

  /// Which images are not here, and why.
  private var rest: HTML {
    let without = section.images.count - section.thumbnailCount
    let dropped = section.thumbnailCount - shown.count
    var parts: [String] = []
    if dropped > 0 {
      parts.append(
        "Shown are \(grouped(shown.count)) of \(counted(section.thumbnailCount, "image")) with a thumbnail, evenly spread, and those "
          + "that explainers agree least on: more would be too much for a page.")
    }
    if without > 0 {
      parts.append("\(counted(without, "more image")) \(without == 1 ? "has" : "have") no thumbnail.")
    }
    return "\(parts.isEmpty ? "" : " " + parts.joined(separator: " "))"
  }

  private func options(selected: Int?) -> [HTML] {
    names.indices.map { index in
      "<option value=\"\(index)\"\(index == selected ? " selected" : "")>\(names[index])</option>"
    }
  }
}

extension ReportSection {
  /// The explainer that the gallery begins with: the first that is not the baseline and looks at the model.
  fileprivate var defaultShown: Int {
    experiment.explainers.indices.first { $0 != baseline && !experiment.explainers[$0].needsNoModel }
      ?? baseline
  }
}
