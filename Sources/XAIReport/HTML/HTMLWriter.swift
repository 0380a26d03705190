import XAICore
import XAIEvaluation
import XAIFoundation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Writes a report as one self-contained page.
///
/// Nothing is fetched: images are data URIs, and the page's own security policy forbids all else. Everything can be read
/// and switched without the script, which adds sorting, sliders and reading curves off.
struct HTMLWriter {
  private let report: Report

  init(_ report: Report) { self.report = report }

  /// The page.
  func page() throws -> String {
    let sections = try report.sections.enumerated().map { index, section in
      try SectionWriter(section, number: index + 1, of: report.sections.count)
    }
    let styles = [PageAssets.stylesheet] + sections.map(\.style)
    let body: HTML = """
      <body>
      <a class="skip" href="#main">Skip to the results</a>
      <header class="page">
      <p class="kind">Evaluation of explanations</p>
      <h1><bdi>\(report.title)</bdi></h1>
      \(sections.count > 1 ? contents : "")
      </header>
      <main id="main">
      \(try sections.map { try $0.html() })
      </main>
      <footer class="page"><p>Made by <code>xai report</code>. The page needs no network and sends nothing.</p></footer>
      <script>\(HTML(trusted: PageAssets.script))</script>
      </body>
      """
    let head: HTML = """
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(report.title)</title>
      \(styles.map { style -> HTML in "<style>\(HTML(trusted: style))</style>\n" })</head>
      """
    return "<!DOCTYPE html>\n<html lang=\"en\">\n\(head.markup)\n\(body.markup)\n</html>\n"
  }

  /// What the browser lets the page do: show images that are in it, and run the one script that is in it.
  ///
  /// Styles depend on the results, and may do no harm: nothing of anybody else's is in them.
  private var policy: String {
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-\(PageAssets.scriptDigest)'; "
      + "base-uri 'none'; form-action 'none'"
  }

  private var contents: HTML {
    let items = report.sections.enumerated().map { index, section -> HTML in
      "<li><a href=\"#part-\(index + 1)\"><bdi>\(section.heading)</bdi>, \(section.experiment.target)</a></li>\n"
    }
    return """
      <nav class="parts" aria-label="Experiments">
      <p>\(counted(report.sections.count, "experiment")): their numbers can't be compared with one another.</p>
      <ol>
      \(items)</ol>
      </nav>
      """
  }
}

/// Bytes as an address that holds them.
func dataURI(_ bytes: [UInt8], type: String) -> String {
  "data:\(type);base64,\(Data(bytes).base64EncodedString())"
}

/// The files of `Page/`, which are compiled into the module: a page fetches nothing, and a program needs no bundle.
enum PageAssets {
  /// How the page looks: in the light and the dark, on wide and narrow screens, on paper.
  static let stylesheet = String(decoding: PackageResources.report_css, as: UTF8.self)

  /// What the page can do beyond being read: sorting, reading curves off; finding and enlarging images.
  static let script = String(decoding: scriptBytes, as: UTF8.self)

  /// The SHA-256 of the script in base 64, by which the page's security policy lets this script run and no other.
  static let scriptDigest = Data(SHA256.hash(scriptBytes)).base64EncodedString()

  private static let scriptBytes = PackageResources.report_js + PackageResources.images_js
}
