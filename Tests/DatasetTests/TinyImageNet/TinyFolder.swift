import XAITesting

/// A small Tiny-ImageNet: two classes with three training images each, one of them without a box, and two more.
struct TinyFolder {
  let folder: TemporaryImages

  var path: String { folder.path }

  init(width: Int = 32, height: Int = 32) throws {
    folder = try TemporaryImages()
    try folder.add(text: "n02\nn01\n", to: "wnids.txt")
    try folder.add(
      text: "n00\tentity\nn01\tgoldfish, Carassius auratus\nn02\tEgyptian cat\nn03\tother\n", to: "words.txt")
    for id in ["n01", "n02"] {
      for number in 0..<3 {
        try folder.addImage("train/\(id)/images/\(id)_\(number).JPEG", width: width, height: height)
      }
      try folder.add(
        text: "\(id)_1.JPEG\t10\t20\t41\t51\n\(id)_0.JPEG\t0\t0\t63\t63\n\(id)_9.JPEG\t0\t0\t63\t63\n",
        to: "train/\(id)/\(id)_boxes.txt")
    }
    for number in 0..<2 {
      try folder.addImage("val/images/val_\(number).JPEG", width: width, height: height)
    }
    try folder.add(
      text: "val_1.JPEG\tn01\t63\t32\t63\t49\nval_0.JPEG\tn02\t0\t32\t44\t62\n", to: "val/val_annotations.txt"
    )
  }
}
