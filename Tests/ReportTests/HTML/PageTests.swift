import Foundation
import Testing
import XAICore
import XAIEvaluation
import XAIFoundation

@testable import XAIReport

@Suite struct PageTests {
  private let markup: String
  private let page: Page
  private let section: ReportSection

  private static let made = Result {
    var results = try SyntheticResults(imageCount: 8, classesPerImage: 2).make()
    results.images[1].identifier = Hostile.name
    results.experiment.model.labels[0] = Hostile.name
    results.experiment.data.name = Hostile.name
    results.images[5] = ImageResult(position: 5, identifier: "b.png", label: nil, failure: Hostile.name)
    let report = try Report(
      of: [.init(name: Hostile.name, results: results)], title: Hostile.name, bootstrap: .rough)
    let markup = try report.text(as: .html)
    return (markup: markup, page: Page(markup), section: try #require(report.sections.first))
  }

  init() throws { (markup, page, section) = try Self.made.get() }

  @Test("every tag that opens closes, in order")
  func balance() {
    #expect(page.imbalance == nil)
    #expect(page.tags.count > 1000)
  }

  @Test("no name becomes markup")
  func escaping() {
    #expect(page.all("script").count == 1)
    #expect(!markup.contains("<script>alert"))
    #expect(markup.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(!page.tags.contains { $0.attributes.keys.contains { $0.hasPrefix("on") && $0.count > 2 } })
    #expect(!page.tags.contains { $0.attributes["style"] != nil }, "the policy forbids style attributes")
  }

  @Test("every image has an alternative text, every figure a title and a description")
  func alternatives() {
    let images = page.all("img")
    #expect(images.count == 7 * 2 * 8 + section.agreement.disagreements.count * 8)
    #expect(
      images.allSatisfy { $0.attributes["alt"]?.isEmpty == false && $0.attributes["loading"] == "lazy" })
    for figure in page.all("svg") where figure.attributes["aria-hidden"] == nil {
      #expect(figure.attributes["role"] == "img")
      let ids = figure.attributes["aria-labelledby"]?.split(separator: " ").map(String.init) ?? []
      #expect(ids.count == 2)
      #expect(ids.allSatisfy { id in page.tags.contains { $0.attributes["id"] == id } })
    }
    for photo in page.all("div") where photo.attributes["class"]?.hasPrefix("photo") == true {
      #expect(photo.attributes["role"] == "img" && photo.attributes["aria-label"]?.isEmpty == false)
    }
  }

  @Test("nothing is fetched")
  func selfContained() {
    for tag in page.tags {
      for name in ["src", "href", "srcset", "action", "xlink:href"] {
        guard let address = tag.attributes[name] else { continue }
        #expect(
          address.hasPrefix("data:image/") || address.hasPrefix("#"),
          "\(tag.name) \(name)=\(address.prefix(40))")
      }
    }
    #expect(page.all("link").isEmpty && page.all("iframe").isEmpty && page.all("base").isEmpty)
    #expect(markup.ranges(of: "url(").count == markup.ranges(of: "url(data:image/jpeg;base64,").count)
    #expect(!markup.contains("http://") && !markup.contains("https://") && !markup.contains("@import"))
  }

  @Test("tables have captions, heads have scopes, ids are there once and links lead to them")
  func semantics() {
    #expect(page.all("table").count == page.all("caption").count)
    #expect(page.all("th").allSatisfy { ["col", "row", "colgroup"].contains($0.attributes["scope"]) })
    let ids = page.tags.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    for link in page.all("a") { #expect(ids.contains(String(link.attributes["href"]?.dropFirst() ?? ""))) }
    #expect(page.all("h1").count == 1 && page.all("main").count == 1)
    #expect(page.all("html").first?.attributes["lang"] == "en")
  }

  @Test("the security policy names the script that is in the page, by its hash")
  func policy() throws {
    let policy = try #require(
      page.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" })
    let content = try #require(policy.attributes["content"]).replacingOccurrences(of: "&#39;", with: "'")
    #expect(content.hasPrefix("default-src 'none'; img-src data:; "))
    let scripts = markup.components(separatedBy: "<script>").dropFirst()
    #expect(scripts.count == 1)
    for script in scripts {
      let text = script.components(separatedBy: "</script>")[0]
      #expect(
        content.contains("; script-src 'sha256-\(Data(SHA256.hash(text.utf8)).base64EncodedString())';"))
    }
  }

  @Test("photographs are in the page once, however often they are shown")
  func photographs() throws {
    let thumbnail = try #require(section.images[0].thumbnail)
    #expect(markup.ranges(of: Data(thumbnail).base64EncodedString()).count == 1)
    #expect(page.tags.count { $0.attributes["class"] == "photo photo-1-0" } >= 2)
  }

  @Test("protocols stand in full at the end")
  func protocols() {
    for metric in section.experiment.metrics {
      #expect(markup.contains("\(metric.protocolHash)"))
      #expect(markup.contains("\(metric.descriptor.id)\nsteps=28\nsubstrate=zeros\n"))
    }
  }

  @Test("without thumbnails there is no gallery, without heads no heads")
  func leftOut() throws {
    var results = try SyntheticResults(imageCount: 3, hasThumbnails: false).make()
    for index in results.images.indices { results.images[index].subjects[0].headEffects = nil }
    let page = Page(try Report(of: [.init(name: "s", results: results)], bootstrap: .rough).text(as: .html))
    let ids = page.tags.compactMap { $0.attributes["id"] }
    #expect(
      !ids.contains("part-1-images") && !ids.contains("part-1-heads") && !ids.contains("part-1-failures"))
    #expect(ids.contains("part-1-agreement") && ids.contains("part-1-disagreement"))
    #expect(page.imbalance == nil)
  }
}

@Suite struct HTMLTests {
  @Test("texts are escaped, pieces are not")
  func escaping() {
    let piece: HTML = "<b>\("<&>\"'")</b>"
    let whole: HTML = "<p title=\"\("a\"b")\">\(piece)\(1.50)\(7)\([piece])</p>"
    #expect(
      whole.markup
        == "<p title=\"a&quot;b\"><b>&lt;&amp;&gt;&quot;&#39;</b>1.57<b>&lt;&amp;&gt;&quot;&#39;</b></p>")
  }
}
