import XAICore
import XAIEvaluation
import XAIFoundation

/// The photographs with the maps over them.
///
/// A photograph is in the page once, as the background of a class of its own, however often it is shown. A map is a PNG with
/// one pixel a patch. Which explainer's map is shown is decided by styles alone, from the choice in the form.
struct Gallery {
  private let section: ReportSection
  private let number: Int
  private let names: [String]
  /// `maps[image][subject][explainer]`, of the images that are shown.
  private let maps: [Int: [[MapImage?]]]
  private let shown: [Int]

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
    self.maps = maps
  }

  /// What the colours of the maps mean.
  private var legend: MapLegend { MapLegend(section.experiment.explainers, names: names) }

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
    return shape + MapLegend.style + names.indices.map(rules).joined() + photographs.joined()
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
      let hidden = section.images.count - shown.count
      let rest: HTML =
        hidden > 0
        ? "<p class=\"legend\">\(counted(hidden, "more image")) \(hidden == 1 ? "has" : "have") no thumbnail.</p>"
        : ""
      return """
        <form class="controls" aria-label="What is shown over the images">
        <label>Map A <select class="pick-a">\(options(selected: section.defaultShown))</select></label>
        <label>Map B <select class="pick-b"><option value="" selected>none</option>\(options(selected: nil))</select></label>
        <label class="scripted split">Divider <input type="range" min="0" max="100" value="50" class="split"></label>
        <label class="scripted">Strength <input type="range" min="0" max="100" value="65" class="alpha"></label>
        </form>
        \(legend.html)
        <p class="legend">With a map B, A is left of the divider and B right of it: move it over an image, or with the slider for \
        all.</p>
        \(rest)<div class="cards">
        \(cards)</div>
        """
    }
  }

  private func options(selected: Int?) -> [HTML] {
    names.indices.map { index in
      "<option value=\"\(index)\"\(index == selected ? " selected" : "")>\(names[index])</option>"
    }
  }

  private func card(_ index: Int, _ subjectIndex: Int) -> HTML {
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
      <article class="card">
      <div class="stage">\(photograph(index))\(overlays)</div>
      <h3><bdi>\(image.identifier)</bdi></h3>
      \(about(image, subject))\(flatNote)\(missingNote)\(values(subject))
      </article>

      """
  }

  private func photograph(_ index: Int) -> HTML {
    """
    <div class="photo photo-\(number)-\(index)" role="img" aria-label="\(section.images[index].identifier), as the model sees it"></div>
    """
  }

  private func overlay(_ image: Int, _ subject: Int, _ explainer: Int, style: String) -> HTML {
    guard let map = maps[image]?[subject][explainer] ?? nil else { return "" }
    let grid = section.experiment.model.grid
    return """
      <img class="\(style)\(map.isSigned ? " signed" : "")" loading="lazy" decoding="async" width="\(grid.columns)" height="\(grid.rows)" \
      alt="\(names[explainer])" src="\(HTML(trusted: map.uri))">
      """
  }

  private func about(_ image: ImageResult, _ subject: SubjectResult) -> HTML {
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
}

// MARK: - Disagreement

extension Gallery {
  /// The subjects on which explainers agree least, all maps side by side.
  var disagreement: HTML {
    get throws {
      let entries = section.agreement.disagreements
      guard !entries.isEmpty else { return "" }
      let left = section.experiment.explainers.indices.filter {
        section.experiment.explainers[$0].needsNoModel
      }
      let without = left.isEmpty ? "" : ", \(left.map { names[$0] }.joined(separator: " and ")) left out"
      return """
        <p class="legend">The \(counted(entries.count, "map")) on which explainers agree least: the mean of the rank correlations of all \
        pairs\(without). Where methods contradict one another, not all of them can be right.</p>
        \(legend.html)
        \(entries.map(row))
        """
    }
  }

  private func row(_ entry: Disagreement) -> HTML {
    let image = section.images[entry.place.image]
    let subject = image.subjects[entry.place.subject]
    let tiles = names.indices.map { explainer -> HTML in
      """
      <li><div class="stage still">\(photograph(entry.place.image))\
      \(overlay(entry.place.image, entry.place.subject, explainer, style: "map"))</div>\
      <span><bdi>\(names[explainer])</bdi></span></li>

      """
    }
    return """
      <article class="comparison">
      <h3><bdi>\(image.identifier)</bdi> <span class="figure">ρ \(NumberStyle(places: 2).text(entry.correlation))</span></h3>
      \(about(image, subject))
      <ul class="tiles">
      <li><div class="stage still">\(photograph(entry.place.image))</div><span>image</span></li>
      \(tiles)</ul>
      </article>

      """
  }
}

extension ReportSection {
  /// The explainer that the gallery begins with: the first that is not the baseline and looks at the model.
  fileprivate var defaultShown: Int {
    experiment.explainers.indices.first { $0 != baseline && !experiment.explainers[$0].needsNoModel }
      ?? baseline
  }
}
