import XAICore
import XAIEvaluation
import XAIFoundation

/// Writes what a page says about one experiment.
struct SectionWriter {
  let section: ReportSection
  let names: [String]
  /// The experiment's number in the report, from 1.
  let number: Int
  /// Whether it is not the only one.
  let isOneOfMany: Bool
  let gallery: Gallery

  init(_ section: ReportSection, number: Int, of count: Int) throws {
    self.section = section
    self.number = number
    names = section.explainerNames
    isOneOfMany = count > 1
    gallery = try Gallery(section, number: number)
  }

  /// The styles of the experiment alone: its photographs, and which map is shown.
  var style: String { gallery.style }

  /// The parts of the page, those without content left out.
  func html() throws -> HTML {
    let parts: [(id: String, title: String, content: HTML)] = [
      ("overview", "Overview", overview),
      ("metrics", "Metrics", try metrics),
      ("comparisons", "Comparisons", try comparisons),
      ("curves", "Curves", try curves),
      ("agreement", "Agreement", agreement),
      ("heads", "Heads", try heads),
      ("disagreement", "Disagreement", try gallery.disagreement),
      ("images", "Images", try gallery.images),
      ("failures", "Failures", failures),
      ("protocols", "Protocols", protocols),
      ("cite", "Methods and citations", methods),
    ].filter { !$0.content.markup.isEmpty }
    let links = parts.map { part -> HTML in "<li><a href=\"#\(id(part.id))\">\(part.title)</a></li>\n" }
    let title: HTML = isOneOfMany ? "<h2 class=\"part\"><bdi>\(section.heading)</bdi></h2>\n" : ""
    let blocks = parts.map { part -> HTML in
      """
      <section id="\(id(part.id))" aria-labelledby="\(id(part.id))-title">
      <h2 id="\(id(part.id))-title">\(part.title)</h2>
      \(part.content)
      </section>

      """
    }
    return """
      <div class="experiment" id="part-\(number)">
      \(title)\(summary)
      \(notes)
      <nav class="sections" aria-label="Sections\(isOneOfMany ? " of experiment \(number)" : "")">
      <ul>
      \(links)</ul>
      </nav>
      \(facts)
      \(blocks)
      </div>

      """
  }

  /// An id that is the page's only one.
  func id(_ name: String) -> String { "part-\(number)-\(name)" }

  /// What the tables come to, before anything else.
  private var summary: HTML {
    let items = section.summary.map { sentence -> HTML in "<li>\(sentence)</li>\n" }
    return """
      <section class="says" id="\(id("says"))" aria-labelledby="\(id("says"))-title">
      <h2 id="\(id("says"))-title">What it says</h2>
      <ul>
      \(items)</ul>
      </section>
      """
  }

  /// What a paper says of how the numbers were made, and what it cites and prints.
  private var methods: HTML {
    let texts = [
      ("BibTeX of what is cited", Bibliography([section]).bibTeX),
      ("The table for LaTeX", LaTeXWriter.table(section, number: number)),
    ].filter { !$0.1.isEmpty }
    let details = texts.map { title, text -> HTML in
      """
      <details><summary>\(title)</summary><pre class="copy" tabindex="0" aria-label="\(title)">\(lines(text))</pre></details>

      """
    }
    return """
      <p class="prose">\(section.methods)</p>
      \(details)
      """
  }

  private var facts: HTML {
    let rows = section.facts.map { fact -> HTML in
      let isCode = fact.name.hasSuffix("hash") || fact.name == "Command"
      let value: HTML = isCode ? "<code>\(fact.value)</code>" : "<bdi>\(fact.value)</bdi>"
      return
        "<div\(fact.name == "Command" ? HTML(" class=\"whole\"") : "")><dt>\(fact.name)</dt><dd>\(value)</dd></div>\n"
    }
    return "<dl class=\"facts\">\n\(rows)</dl>"
  }

  private var notes: HTML {
    guard !section.notes.isEmpty else { return "" }
    let items = section.notes.map { note -> HTML in "<li>\(note)</li>\n" }
    return "<ul class=\"notes\" aria-label=\"Notes\">\n\(items)</ul>"
  }

  private var failures: HTML {
    guard !section.failures.isEmpty else { return "" }
    let rows = section.failures.map { image -> HTML in
      """
      <tr><th scope="row"><bdi>\(image.identifier)</bdi></th><td class="prose"><bdi>\(image.failure ?? "")</bdi></td></tr>

      """
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Images that failed"><table>
      <caption>\(counted(section.failures.count, "image")) could not be evaluated; no table counts them.</caption>
      <thead><tr><th scope="col">Image</th><th scope="col" class="prose">Reason</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      """
  }

  private var protocols: HTML {
    let metrics = section.experiment.metrics.map { metric -> HTML in
      """
      <article class="protocol">
      <h3>\(metric.name) <span class="arrow" aria-hidden="true">\(metric.arrow)</span></h3>
      <p>\(metric.descriptor.summary) (\(metric.directionText)). Protocol \(metric.protocolName ?? "without a name"), \
      <code>\(metric.protocolHash)</code>\(metric.negativeText).</p>
      <pre tabindex="0" aria-label="Protocol of \(metric.name)">\(lines(metric.protocolText))</pre>
      <p class="source">\(metric.descriptor.citation.description)</p>
      </article>

      """
    }
    let explainers = section.experiment.explainers.map { explainer -> HTML in
      """
      <li><code>\(explainer.specification)</code> \(explainer.descriptor.summary). \
      <span class="source">\(explainer.descriptor.citation.description)</span></li>

      """
    }
    return """
      <p>Numbers can be compared where the hash is the same: it covers everything that a value depends on beside model, \
      image and map.</p>
      <div class="protocols">
      \(metrics)</div>
      <h3>Explainers</h3>
      <ul class="explainers">
      \(explainers)</ul>
      """
  }

  /// A text whose line breaks stay.
  private func lines(_ text: String) -> HTML {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return HTML(lines.map { line -> HTML in "\(String(line))\n" })
  }
}
