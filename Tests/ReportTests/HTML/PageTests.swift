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

  @Test("three sentences come before all sections, methods and citations after them")
  func summary() throws {
    let says = try #require(markup.range(of: "id=\"part-1-says\"")?.lowerBound)
    let overview = try #require(markup.range(of: "id=\"part-1-overview\"")?.lowerBound)
    let cite = try #require(markup.range(of: "id=\"part-1-cite\"")?.lowerBound)
    #expect(says < overview && overview < cite)
    for sentence in section.summary { #expect(markup.contains("<li>\(escaped(sentence))</li>")) }
    #expect(markup.contains("@misc{doe2020maps"))
  }

  @Test("the overview has at most eight metrics a table, all of them once")
  func overview() throws {
    var results = try SyntheticResults(imageCount: 3).make()
    let metrics = results.experiment.metrics
    results.experiment.metrics = metrics + metrics + metrics
    for image in results.images.indices {
      for map in results.images[image].subjects[0].maps.indices {
        let values = results.images[image].subjects[0].maps[map].values
        results.images[image].subjects[0].maps[map].values = values + values + values
      }
    }
    let text = try Report(of: [.init(name: "s", results: results)], bootstrap: .rough).text(as: .html)
    let tables = text.components(separatedBy: "<table class=\"sortable overview\">").dropFirst()
    let columns = tables.map { $0.components(separatedBy: "</thead>")[0].ranges(of: "<th ").count - 1 }
    #expect(columns == [6, 6, 6] && metrics.count == 6)
    #expect(text.contains("Metrics 13 to 18 of 18"))
  }

  @Test(
    "a card says whether the model is right, how alike the maps are, its curves and where its objects are")
  func cards() throws {
    var results = try SyntheticResults(imageCount: 6).make()
    results.images[0].label = results.images[0].subjects[0].classIndex
    results.images[1].label = results.images[1].subjects[0].classIndex + 1
    results.images[2].label = nil
    results.images[2].outlines = []
    results.images[3].outlines = [
      ObjectOutline(classIndex: results.images[3].subjects[0].classIndex, path: "M0 0h2"),
      ObjectOutline(classIndex: 99, path: "M1 1v3"),
    ]
    let page = Page(try Report(of: [.init(name: "s", results: results)], bootstrap: .rough).text(as: .html))
    let cards = page.all("article").filter { $0.attributes["class"] == "card" }
    #expect(cards.map { $0.attributes["data-state"] ?? "" }.prefix(3) == ["right", "wrong", "unknown"])
    let maps = results.images[0].subjects[0].maps
    let pairs = try #require(cards[0].attributes["data-pairs"]).components(separatedBy: ",")
    #expect(pairs.count == 28)
    let expected = rankCorrelation(maps[0].scores, maps[2].scores).map { "\(Int(($0 * 100).rounded()))" }
    #expect(pairs[1] == expected)
    let curves = try #require(cards[0].attributes["data-y"]).components(separatedBy: "|")
    #expect(curves.count == 2 && curves.allSatisfy { $0.components(separatedBy: ";").count == 8 })
    let first = curves[0].components(separatedBy: ";")[0].components(separatedBy: ",")
    let known = maps[0].values.compactMap { $0?.curve }
    let curve = try #require(known.first)
    #expect(first.count == 21 && first.first == "\(Int((curve.y[0] * 1000).rounded()))")
    #expect(first.last == "\(Int((curve.y[28] * 1000).rounded()))")
    let outlines = page.all("path").compactMap { $0.attributes["class"] }.filter { $0.hasPrefix("edge") }
    #expect(outlines == ["edge", "edge other"])
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
