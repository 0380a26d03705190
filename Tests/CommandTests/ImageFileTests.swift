import Foundation
import Testing
import XAIFigures
import XAIFoundation
import XAIImage

@testable import XAICommand

/// What images `explain` takes, and what its results are called.
@Suite struct ImageFileTests {
  private func explain(_ folder: TemporaryFolder, _ arguments: String...) throws -> CommandResult {
    try XAIProcess.run(
      ["explain", "-m", FixtureModel.vit, "-o", folder.path("out"), "-t", "0", "-e", "attention-rollout"]
        + arguments)
  }

  /// The overlays without what all names have behind their stem.
  private func stems(_ folder: TemporaryFolder) -> [String] {
    folder.names(in: "out").map { $0.replacing(".attention-rollout.0.overlay.png", with: "") }
  }

  static let fixtures = FixtureModel.folder.deletingLastPathComponent()

  // MARK: - Orientation

  @Test("images are explained upright, in explain and compare, and raw on request")
  func upright() throws {
    let folder = try TemporaryFolder()
    let stored = Self.fixtures.appendingPathComponent("images/oriented6.jpg").path
    let turned = try RGBImage(contentsOf: stored)
    try folder.write(turned.png(), to: "upright.png")
    try folder.write(RGBImage(contentsOf: stored, orientation: .raw).png(), to: "raw.png")
    func maps(_ arguments: String...) throws -> (scores: [[Float]], isTurned: Bool, errors: String) {
      let result = try XAIProcess.run(
        ["explain", "-m", FixtureModel.vit, "-e", "gmar", "-o", folder.path("out"), "-t", "0", "--json"]
          + arguments)
      #expect(result.status == 0, "\(result.errors)")
      struct Record: Decodable {
        let scores: [Float]
        let isTurned: Bool
      }
      let records = try result.output.split(separator: "\n").map {
        try JSONDecoder().decode(Record.self, from: Data($0.utf8))
      }
      return (records.map(\.scores), records.contains { $0.isTurned }, result.errors)
    }
    let (upright, raw) = (
      try maps(folder.path("upright.png")).scores, try maps(folder.path("raw.png")).scores
    )
    #expect(upright != raw)
    let ours = try maps(stored)
    #expect(ours.scores == upright && ours.isTurned)
    #expect(ours.errors.contains("oriented6.jpg is stored turned") && ours.errors.contains("--exif raw"))
    let asStored = try maps(stored, "--exif", "raw")
    #expect(asStored.scores == raw && asStored.errors.isEmpty && !asStored.isTurned)
    let compared = try XAIProcess.run(
      "compare", "-m", FixtureModel.vit, stored, "-o", folder.path("out"), "-e", "attention-rollout", "-t",
      "0")
    #expect(compared.status == 0 && compared.errors.contains("stored turned"))
    let record = try XAIProcess.run(
      "compare", "-m", FixtureModel.vit, stored, "-o", folder.path("out"), "-e", "attention-rollout", "-t",
      "0", "--json")
    #expect(record.output.contains(#""isTurned":true"#), "\(record.output)")
    let checked = try XAIProcess.run("check-gradients", "-m", FixtureModel.vit, stored, "--exif", "sideways")
    #expect(checked.status == 64 && checked.errors.contains("upright"))
  }

  // MARK: - Folders

  @Test("what a folder has beside images is counted and named once, on standard error and as JSON")
  func leftOut() throws {
    let folder = try TemporaryFolder()
    for name in ["photos/a.png", "photos/b.jfif", "photos/c.jpe", "photos/sub/d.png"] {
      try folder.writeImage(name)
    }
    for name in [
      "photos/e.heic", "photos/f.tiff", "photos/notes.txt", "photos/.DS_Store", "photos/Thumbs.db",
    ] {
      try folder.write("x".utf8, to: name)
    }
    let result = try explain(folder, folder.path("photos"), "--json")
    #expect(result.status == 0, "\(result.errors)")
    #expect(stems(folder) == ["a", "b", "c"])
    let note =
      "left out: 2 images of formats that this build doesn't read; convert them to PNG or JPEG (e.heic, f.tiff); "
      + "1 file that is no image by its name (notes.txt); 1 folder, which isn't searched; name it (sub)"
    #expect(result.errors.hasPrefix("Note: \(folder.path("photos")): \(note)\n"))
    #expect(result.errors.split(separator: "\n").count { $0.contains("left out") } == 1)
    struct LeftOut: Decodable {
      let folder: String
      let leftOut: Int
      let names: [String]
      let note: String
    }
    let line = try #require(result.output.split(separator: "\n").first)
    let found = try JSONDecoder().decode(LeftOut.self, from: Data(line.utf8))
    #expect(found.folder == folder.path("photos") && found.leftOut == 4 && found.note == note)
    #expect(found.names == ["e.heic", "f.tiff", "notes.txt", "sub"])
  }

  @Test("files that are no images are named with what they are, and the others are done")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photos/good.png")
    try folder.write([], to: "photos/empty.png")
    try folder.write("<!DOCTYPE html>".utf8, to: "photos/page.jpg")
    try folder.write([0, 0, 0, 24] + Array("ftypheic".utf8), to: "photos/phone.jpg")
    let png = try Data(contentsOf: URL(fileURLWithPath: folder.path("photos/good.png")))
    try folder.write(png, to: "photos/inside.jpg")
    try folder.write(png.prefix(200), to: "photos/half.png")
    let result = try explain(folder, folder.path("photos"))
    #expect(result.status == 65)
    #expect(stems(folder) == ["good", "inside"])
    for text in [
      "empty.png: the file is empty", "page.jpg: not an image", "a page in HTML", "a HEIC image",
      "half.png: the PNG image is cut off",
      "2 of 6 images explained, 4 failed",
    ] { #expect(result.errors.contains(text), "\(result.errors)") }
  }

  @Test("pipes, devices and links in circles are named, and nobody waits", .timeLimit(.minutes(1)))
  func others() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("good.png")
    #expect(mkfifo(folder.path("pipe.png"), 0o600) == 0)
    let result = try explain(folder, folder.path("pipe.png"), "/dev/zero", folder.path("good.png"))
    #expect(result.status == 65)
    #expect(result.errors.contains("pipe.png: the file is empty"))
    #expect(result.errors.contains("/dev/zero: can't be read: it is a device or socket, not a file"))
    #expect(stems(folder) == ["good"])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("loop.png"), withDestinationPath: "loop.png")
    let loop = try explain(folder, folder.path("loop.png"))
    #expect(loop.status == 66 && loop.errors.contains("loop.png"))
    let streamed = try XAIProcess.shell(
      "\"$XAI\" explain -m '\(FixtureModel.vit)' -e attention-rollout <(cat '\(folder.path("good.png"))') -o '\(folder.path("piped"))'"
    )
    #expect(streamed.status == 0, "\(streamed.errors)")
    #expect(folder.names(in: "piped").count == 1)
  }

  // MARK: - Names

  @Test("names of any bytes are explained, shown escaped, and their results can be typed")
  func anyBytes() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("plain.png")
    let script = """
      cd '\(folder.url.path)' && mkdir photos && cp plain.png photos/$'caf\\xe9.png' && cp plain.png photos/$'caf\\xc3\\xa9.png' \
        && cp plain.png photos/$'cafe\\xcc\\x81.png' && cp plain.png photos/$'a\\nb\\x1b[31m.png' && cp plain.png photos/$'\\xcc\\x81.png' \
        && "$XAI" explain -m '\(FixtureModel.vit)' -t 0 -e attention-rollout -o out photos photos/$'caf\\xe9.png'
      """
    let result = try XAIProcess.shell(script)
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      Set(folder.names(in: "out").map { Array($0.utf8) })
        == Set(
          ["caf%E9", "caf\u{E9}", "cafe\u{301}", "a%0Ab%1B[31m", "\u{301}"].map {
            Array("\($0).attention-rollout.0.overlay.png".utf8)
          }))
    #expect(
      result.output.contains("photos/caf\\xE9.png: ") && result.output.contains("photos/a\\nb\\x1B[31m.png: ")
    )
    #expect(!result.output.contains("\u{1B}") && !result.errors.contains("\u{1B}"))
    let json = try XAIProcess.shell(
      "cd '\(folder.url.path)' && \"$XAI\" explain -m '\(FixtureModel.vit)' -t 0 -e attention-rollout -o out --json photos"
    )
    struct Record: Decodable { let image: String }
    let images = try json.output.split(separator: "\n").map {
      try JSONDecoder().decode(Record.self, from: Data($0.utf8)).image
    }
    #expect(images.count == 5)
    #expect(images.contains("photos/a\nb\u{1B}[31m.png") && images.contains("photos/caf\\xE9.png"))
    let missing = try XAIProcess.shell(
      "cd '\(folder.url.path)' && \"$XAI\" explain -m '\(FixtureModel.vit)' $'no\\xe9\\n.png'")
    #expect(
      missing.status == 66 && missing.errors.contains("there is no no\\xE9\\n.png"), "\(missing.errors)")
  }

  @Test("a model's folder may have any name, and names that look alike are two")
  func modelFolders() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.shell(
      """
      cd '\(folder.url.path)'
      for name in $'mod\\xe9l' $'caf\\xc3\\xa9' $'\\xcc\\x81x'; do cp -r '\(FixtureModel.vit)' "$name"; done
      cp -r '\(FixtureModel.nonSquare)' $'cafe\\xcc\\x81'
      for model in $'mod\\xe9l' $'./mod\\xe9l/' $'caf\\xc3\\xa9' $'cafe\\xcc\\x81' $'\\xcc\\x81x/' $'mod\\xe9l/model.safetensors'; do
        "$XAI" inspect "$model" || exit 1
        "$XAI" explain -m "$model" -e gmar -t 0 --json --output-kind map photo.png || exit 1
      done
      cd $'mod\\xe9l' && "$XAI" inspect .
      """)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.filter { $0 == "mod\\xE9l" }.count == 4, "\(result.output)")
    let sizes = lines.filter { $0.hasPrefix("  input ") }.map { $0.contains("24×20") }
    #expect(sizes == [false, false, false, true, false, false, false], "\(sizes)")
    #expect(lines.filter { $0.contains(#""model":"mod\\xE9l""#) }.count == 3)
  }

  @Test("long names are whole where they fit, and else cut with a hash, so that no run writes over another")
  func longNames() throws {
    let folder = try TemporaryFolder()
    let start = "photo_of_the_garden_behind_the_house_taken_with_camera_number_"
    for number in 1...2 {
      try folder.writeImage("\(start)\(number).png")
      #expect(try explain(folder, folder.path("\(start)\(number).png")).status == 0)
    }
    #expect(stems(folder) == ["\(start)1", "\(start)2"])
    let long = String(repeating: "é", count: 120)
    for end in ["a", "b"] {
      try folder.writeImage("\(long)\(end).png")
      #expect(try explain(folder, folder.path("\(long)\(end).png")).status == 0)
    }
    let names = folder.names(in: "out")
    #expect(names.count == 4)
    #expect(names.allSatisfy { $0.utf8.count <= 255 })
    #expect(names.count { $0.contains("~") && $0.hasPrefix(String(long.prefix(50))) } == 2)
  }

  @Test("results are visible files, whatever the path says")
  func visible() throws {
    let folder = try TemporaryFolder()
    for name in ["here/cat.png", "here/sub/cat.png", "here/.hidden.png", "here/-dash.png"] {
      try folder.writeImage(name)
    }
    let result = try XAIProcess.shell(
      "cd '\(folder.path("here"))' && \"$XAI\" explain -m '\(FixtureModel.vit)' -t 0 -e attention-rollout -o ../out . sub .hidden.png"
    )
    #expect(result.status == 0, "\(result.errors)")
    #expect(stems(folder) == ["_-dash", "_.hidden", "here_cat", "sub_cat"])
  }

  @Test("stems are of no two the same, whatever the paths")
  func stems() {
    let paths = [
      "a/x.png", "b/x.png", "a/x.jpg", "a_x.png", "c/a_x.gif", "d/e\u{301}.png", "d/\u{E9}.png",
      "\(String(repeating: "n", count: 250)).png",
      "z/\(String(repeating: "n", count: 250)).png", "\(String(repeating: "n", count: 249))m.png", ".png",
      "..png", "q/a%0A.png",
      "q/a\(FileName.text([10])).png",
    ]
    let stems = ResultNames.stems(of: paths, suffixLength: 60)
    #expect(Set(stems.map { Array($0.utf8) }).count == paths.count, "\(stems)")
    #expect(stems.allSatisfy { $0.utf8.count <= 195 && !$0.hasPrefix(".") && !$0.contains("/") }, "\(stems)")
  }

  // MARK: - Montages

  @Test(
    "more rows than a page has make numbered pages that have them all",
    .enabled(if: FigureFormat.preferred == .png, "needs Pango and Cairo"))
  func pages() throws {
    let folder = try TemporaryFolder()
    for (seed, name) in ["a.png", "b.png"].enumerated() { try folder.writeImage(name, seed: seed) }
    func pages(_ count: Int) throws -> [(name: String, height: Int)] {
      try? FileManager.default.removeItem(atPath: folder.path("out"))
      let result = try XAIProcess.run(
        "explain", "-m", FixtureModel.vit, folder.path("a.png"), folder.path("b.png"), "-o",
        folder.path("out"), "-e",
        "attention-rollout", "-t", "top:\(count)", "--montage")
      #expect(result.status == 0, "\(result.errors)")
      return try folder.names(in: "out").filter { $0.hasPrefix("montage") }.map {
        ($0, try folder.image("out/\($0)").height)
      }
    }
    let (ten, twelve) = (try pages(5), try pages(6))
    #expect(ten.map(\.name) == ["montage.png"])
    #expect(twelve.map(\.name) == ["montage-1.png", "montage-2.png"])
    #expect(twelve[0].height == ten[0].height)
    // A page that isn't full is as large as the others.
    #expect(twelve[1].height == twelve[0].height)
  }

  @Test("a progress line is cut to the columns of the terminal")
  func width() {
    #expect(cut("12 of 30 images", toColumns: 5) == "12 of")
    #expect(cut("日本語", toColumns: 5) == "日本")
    #expect(cut("abc", toColumns: 80) == "abc")
  }
}
