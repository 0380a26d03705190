import ArgumentParser
import XAI

/// Writes images of a data set as PNG files, and says what is known about each.
@main struct ExportSamples: ParsableCommand {
  @Argument(help: "A data set: a folder, a list, or an id with options such as shapes:size=288.")
  var dataset: String
  @Argument(help: "The split, such as validation.") var split: String
  @Argument(help: "The folder for the images; it has to be there.") var folder: String
  @Option(help: "The numbers of the samples, from 0.") var samples: [Int] = [0]

  func run() throws {
    let dataset = try Registry.builtIn().dataset(dataset)
    let split = try dataset.split(split)
    for index in samples {
      guard (0..<split.count).contains(index) else {
        throw ValidationError("\(split.name) has \(split.count) samples, and no number \(index)")
      }
      let sample = try split.sample(index)
      let name = split.identifier(index).replacing("/", with: "_")
      try sample.image.write(to: "\(folder)/\(name).png")
      let classes = [sample.label].compactMap { $0 } + sample.objects.map(\.classIndex)
      var seen: Set<Int> = []
      let names = classes.filter { seen.insert($0).inserted }.map { dataset.classNames[$0] }
      print("\(name).png: \(names.isEmpty ? "no class" : names.joined(separator: ", "))")
    }
  }
}
