/// What happens while an evaluation runs.
public enum EvaluationEvent: Sendable {
  /// The run begins: how many images are to be done, and how many of them are known.
  case began(known: Int, count: Int)
  /// Part of a group is computed: its images, and the share that is done.
  case working(pictures: Int, share: Double)
  /// The result of an image is kept.
  case picture(PictureResult)
}
