/// What an evaluation asked about, one an image and class, in the order of the sample.
package struct Subjects: Sendable {
  /// The images that have any.
  package let images: [ImageResult]

  /// Takes the images that were evaluated.
  package init(_ images: [ImageResult]) {
    self.images = images.filter { $0.failure == nil && !$0.subjects.isEmpty }
  }

  /// How many images there are.
  package var imageCount: Int { images.count }

  /// How many subjects there are.
  package var count: Int { images.reduce(0) { $0 + $1.subjects.count } }

  /// A number of each subject, image by image; subjects without one are left out.
  package func map(_ number: (SubjectResult) -> Double?) -> [[Double]] {
    images.map { $0.subjects.compactMap(number) }
  }
}
