import Synchronization
import Testing
import XAICore
import XAIEvaluation
import XAIFoundation

@testable import XAIReport

/// Results that come image by image: the same numbers, and few of the maps in memory.
@Suite struct ResampledRowsTests {
  @Test("means and intervals have the bits of columns that are kept", arguments: [1, 2, 31, 32, 33, 70])
  func bits(imageCount: Int) {
    let bootstrap = Bootstrap(resampleCount: 97, seed: 5)
    var random = SeededRandom(seed: 3)
    // Two groups of three columns; images have no, one or two values in a group.
    let values = (0..<imageCount).map { _ in
      (0..<2).map { _ in
        (0..<random.index(below: 3)).map { _ in (0..<3).map { _ in Double(random.normal()) } }
      }
    }
    var columns = ClusteredValues(imageCount: imageCount)
    for group in 0..<2 {
      for column in 0..<3 { columns.append(values.map { $0[group].map { $0[column] } }) }
    }
    var rows = ResampledRows(
      ResampleDraws(bootstrap, imageCount: imageCount), groupCount: 2, groupSize: 3)
    for image in values {
      rows.append(
        sums: image.flatMap { group in (0..<3).map { column in group.reduce(0) { $0 + $1[column] } } },
        counts: image.map { Double($0.count) })
    }
    #expect(rows.estimates() == bootstrap.estimates(of: columns))
  }

  @Test("images are read once and few at a time, and maps are kept where they are shown")
  func memory() throws {
    let whole = try SyntheticResults(imageCount: 300, hasThumbnails: false).make()
    let images = whole.images
    let reads = Guarded<[Int]>([])
    let stream = ResultStream(
      experiment: whole.experiment, positions: images.map(\.position), kernelChecks: [],
      evaluatedCount: { images.count },
      read: { positions in
        reads.withLock { $0 += positions }
        #expect(positions.count <= 64)
        return positions.map { images[$0] }
      })
    let report = try Report(of: [.init(name: "a", results: stream)], bootstrap: .rough)
    #expect(reads.withLock { $0 } == Array(0..<300))
    let section = report.sections[0]
    let withMaps = section.images.indices.filter { index in
      section.images[index].subjects.contains { $0.maps.contains { !$0.scores.isEmpty } }
    }
    #expect(Set(withMaps) == Set(section.agreement.disagreements.map(\.place.image)))
    #expect(withMaps.count <= Agreement.listedCount)
    let values = section.images.flatMap(\.subjects).flatMap(\.maps).flatMap(\.values).compactMap { $0 }
    #expect(!values.isEmpty && values.allSatisfy { $0.curve == nil })
    for format in ReportFormat.allCases {
      let direct = try Report(of: [.init(name: "a", results: whole)], bootstrap: .rough)
      #expect(try report.text(as: format) == direct.text(as: format), "\(format)")
    }
    #expect(section.resultsHash == whole.contentHash)
  }

  @Test("results that a run adds to meanwhile are said to have changed")
  func changed() throws {
    let whole = try SyntheticResults(imageCount: 9, hasThumbnails: false).make()
    let images = whole.images
    for count in [8, 10] {
      let stream = ResultStream(
        experiment: whole.experiment, positions: images.map(\.position), kernelChecks: [],
        evaluatedCount: { count }, read: { $0.map { images[$0] } })
      #expect(throws: ReportError.changed(source: "a")) {
        try Report(of: [.init(name: "a", results: stream)], bootstrap: .rough)
      }
    }
  }
}
