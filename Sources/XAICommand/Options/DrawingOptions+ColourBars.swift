import XAICore
import XAIFigures
import XAIImage

extension DrawingOptions {
  /// What the colours of explainers' maps stand for: a bar from the lowest score to the highest and one for signed scores, where
  /// there are such.
  func colourBars(of explainers: [any Explainer]) -> [ColourBar] {
    var bars: [ColourBar] = []
    if explainers.contains(where: { !$0.scoreMeaning.isSigned }) {
      let map = colourMap.first { !$0.isDiverging } ?? MapStyle.defaultColourMap(for: .range(0...1))
      bars.append(ColourBar(map, marks: [ColourBar.Mark(0, "lowest"), ColourBar.Mark(1, "highest")]))
    }
    if explainers.contains(where: { $0.scoreMeaning.isSigned }) {
      let map = colourMap.first { $0.isDiverging } ?? MapStyle.defaultColourMap(for: .symmetric(bound: 1))
      bars.append(
        ColourBar(
          map,
          marks: [ColourBar.Mark(0, "against"), ColourBar.Mark(0.5, "0"), ColourBar.Mark(1, "for")]))
    }
    return bars
  }
}
