/// What an object can be; the raw value is the class index.
///
/// No two of them become alike by turning, so that objects may have any rotation.
enum ShapeClass: Int, CaseIterable, Sendable {
  case disc, square, triangle, star, cross, ring, heart, crescent

  /// What people call it.
  var name: String { String(describing: self) }
}
