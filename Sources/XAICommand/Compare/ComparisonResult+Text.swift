import XAICore
import XAIFoundation

extension ComparisonResult {
  /// The comparison as people read it.
  var text: String {
    let heads = ["", "", "family", "for one class", "seconds"]
    let rows = maps.enumerated().map { index, map in
      let descriptor = map.choice.explainer.descriptor
      return [
        String(index + 1), map.choice.text, descriptor.family.rawValue,
        map.attribution.isDegenerate ? "same everywhere" : descriptor.isClassSpecific ? "yes" : "no",
        decimal(map.seconds, places: 3),
      ]
    }
    let left =
      misfits.isEmpty ? "" : "\nLeft out:\n" + table(misfits.map { [$0.id, $0.problem] }, indent: "  ")
    let other = target.index == predicted.index ? "" : "asked about: \(target.text)\n"
    return "\(file.path): \(predicted.text)\n\(other)\n"
      + table([heads] + rows, indent: "  ", rightAligned: [0, 4])
      + "  beside one forward pass of \(decimal(forwardSeconds, places: 3)) s that all share\n\n"
      + "Above the diagonal: rank correlation of the patches' scores. Below: shared part of the highest tenth.\n"
      + table(agreementRows, indent: "  ", rightAligned: Set(0...maps.count)) + left + "\n"
  }

  private var agreementRows: [[String]] {
    func cell(_ value: Double?) -> String { value.map { decimal($0, places: 2) } ?? "-" }
    let heads = [""] + maps.indices.map { String($0 + 1) } + [""]
    return [heads]
      + maps.indices.map { row in
        [String(row + 1)]
          + maps.indices.map { column in
            column == row
              ? "·" : cell(column > row ? agreement.correlation[row][column] : agreement.overlap[row][column])
          } + [maps[row].choice.text]
      }
  }
}
