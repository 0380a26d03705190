import XAIEvaluation

/// What an evaluation asked about, one an image and class, in the order of the sample.
struct Subjects: Sendable {
  /// The images that have any.
  let pictures: [PictureResult]

  /// Takes the images that were evaluated.
  init(_ pictures: [PictureResult]) {
    self.pictures = pictures.filter { $0.failure == nil && !$0.subjects.isEmpty }
  }

  /// How many images there are.
  var pictureCount: Int { pictures.count }

  /// How many subjects there are.
  var count: Int { pictures.reduce(0) { $0 + $1.subjects.count } }

  /// A number of each subject, image by image; subjects without one are left out.
  func map(_ number: (SubjectResult) -> Double?) -> [[Double]] {
    pictures.map { $0.subjects.compactMap(number) }
  }
}

/// A subject of a report: a class of an image.
public struct SubjectPlace: Hashable, Sendable {
  /// The image's index among those that were evaluated.
  public let picture: Int
  /// The class's index among those that the image was asked about.
  public let subject: Int
}
