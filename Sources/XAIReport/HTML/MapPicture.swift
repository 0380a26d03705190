import XAIEvaluation
import XAIImage
import XAITensor

/// A map as a tiny image, one pixel a patch, that the browser enlarges smoothly.
struct MapPicture {
  let uri: String

  /// Colours scores scaled to 0…1; a flat map is all of the lowest colour.
  init(_ map: MapResult, rows: Int, columns: Int) throws {
    let (least, greatest) = (map.scores.min() ?? 0, map.scores.max() ?? 0)
    // Halves: the range of two finite numbers may be infinite.
    let range = greatest / 2 - least / 2
    let scaled = map.scores.map { range > 0 ? ($0 / 2 - least / 2) / range : 0 }
    let image = try Image(map: Tensor([rows, columns], scaled), colourMap: .inferno)
    uri = dataURI(try image.png(), type: "image/png")
  }
}
