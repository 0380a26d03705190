/// How values on one grid become values on another, along rows and columns.
public enum GridInterpolation: Hashable, Sendable {
  /// Cubic with a = −0.75, half-pixel centres, clamped edges, no antialiasing: PyTorch's `interpolate(mode="bicubic")`.
  case bicubic
  /// Cubic with a = −0.5 on a support that grows as the grid shrinks: PyTorch's bicubic with `antialias=True`, and
  /// Pillow's.
  case antialiasedBicubic
  /// Between the two nearest samples, half-pixel centres, clamped edges: PyTorch's `interpolate(mode="bilinear")`.
  case bilinear
  /// Between the two nearest samples, which lie further apart the further they are from the middle: BEiT's way to
  /// resize a table of offsets, in timm's form.
  case geometric
}
