import Testing
import XAICSVList
import XAICore
import XAIImage
import XAITesting

@Suite struct CSVListTests {
  let folder: TemporaryImages

  init() throws {
    folder = try TemporaryImages()
    for name in ["1.png", "2.png", "sub/3.png"] { try folder.addImage(name) }
  }

  /// Writes `list.csv` and the class names, and opens it.
  private func dataset(_ text: String, names: String? = nil, validation: Double = 0) throws -> CSVList {
    try folder.add(text: text, to: "list.csv")
    if let names { try folder.add(text: names, to: "names.txt") }
    return try CSVList(
      options: CSVListOptions(
        path: folder.path("list.csv"), labels: names.map { _ in folder.path("names.txt") },
        validation: validation))
  }

  @Test("indices keep their numbers; classes between them have no names of their own")
  func indices() throws {
    let dataset = try dataset("\u{FEFF}file,label,wnid\r\n1.png,2,n1\r\nsub/3.png, 0 ,n2\r\n")
    #expect(dataset.classNames == ["class 0", "class 1", "class 2"])
    #expect(dataset.splitNames == ["all"])
    let all = try dataset.split("all")
    #expect(all.identifiers == ["1.png", "sub/3.png"] && all.labels == [2, 0])
    #expect(try all.sample(1).image.width == 8)
  }

  @Test("whole numbers of floating-point tables are indices in the order of their values, with gaps")
  func floatingPointIndices() throws {
    let numbers = [0, 1, 2, 3, 10, 11, 20, 21]
    for point in ["", ".0", ".", ".000"] {
      let rows = numbers.map { "\($0).png,\($0)\(point)\n" }.joined()
      let dataset = try dataset("file,label\n\(rows)x.png,\n")
      #expect(try dataset.split("all").labels == numbers + [nil])
      #expect(dataset.classes.map(\.index) == Array(0...21))
      #expect(dataset.classNames.last == "class 21")
    }
    let padded = try self.dataset("file,label\n1.png,007\n2.png,010\n")
    #expect(try padded.split("all").labels == [7, 10])
  }

  @Test("labels of which one is a text are names, all of them")
  func mixedLabels() throws {
    let dataset = try dataset("file,label\n1.png,10\n2.png,heart\nsub/3.png,2.0\n")
    #expect(dataset.classNames == ["10", "2.0", "heart"])
    #expect(dataset.classes.allSatisfy { $0.index == nil })
    #expect(try dataset.split("all").labels == [0, 2, 1])
  }

  @Test("WordNet ids are the labels where no other column is")
  func wordNetIDs() throws {
    let dataset = try dataset("file,wnid\n1.png,n01443537\n2.png,n01440764\n")
    #expect(dataset.classNames == ["n01440764", "n01443537"])
  }

  @Test(
    "names are numbered by their bytes", arguments: ["file,label", "Path,CLASS", "x-note,image,class_index"])
  func names(header: String) throws {
    let note = header.hasPrefix("x-") ? "note," : ""
    let dataset = try dataset(
      "\(header)\n\(note)1.png,dog\n\(note)2.png,\"cat, tabby\"\n\(note)sub/3.png,Zebra\n")
    #expect(dataset.classNames == ["Zebra", "cat, tabby", "dog"])
    #expect(try dataset.split("all").labels == [2, 1, 0])
  }

  @Test("a file of names: labels are names or indices")
  func labelFile() throws {
    let dataset = try dataset("file,label\n1.png,cow\n2.png,0\n", names: "cat\r\ncow\r\nhen\r\ndog\r\n")
    #expect(dataset.classNames == ["cat", "cow", "hen", "dog"])
    #expect(try dataset.split("all").labels == [1, 0])
  }

  @Test("without labels there are no classes")
  func unlabelled() throws {
    let dataset = try dataset("file\n1.png\n2.png\n")
    #expect(dataset.classNames.isEmpty)
    #expect(try dataset.split("all").labels == [nil, nil])
    #expect(try self.dataset("file,label\n1.png,\n2.png,cat\n").split("all").labels == [nil, 0])
  }

  @Test("splits of the list, the usual ones first")
  func splits() throws {
    let dataset = try dataset(
      "split,file,label\nodd,1.png,a\nval,2.png,b\ntrain,sub/3.png,a\n", validation: 0.9)
    #expect(dataset.splitNames == ["train", "validation", "odd"])
    #expect(try dataset.split("validation").identifiers == ["2.png"])
    #expect(try dataset.split("odd").labels == [0])
  }

  @Test("splits by all their words, in any case")
  func splitWords() throws {
    let words = ["Train", "TRAINING", "valid", "Val", "dev", "VALIDATION", "Test", "testing", "eval", "odd"]
    let rows = words.enumerated().map { "\($0).png,\($1)\n" }.joined()
    let dataset = try dataset("file,split\n\(rows)")
    #expect(dataset.splitNames == ["train", "validation", "test", "odd"])
    #expect(try ["train", "validation", "test", "odd"].map { try dataset.split($0).count } == [2, 4, 3, 1])
  }

  @Test("where no column says it, the folders that all images lie in are the splits")
  func splitFolders() throws {
    let dataset = try dataset("file,label\nvalid/1.png,a\n./Train/2.png,b\n")
    #expect(dataset.splitNames == ["train", "validation"])
    #expect(try dataset.split("validation").identifiers == ["valid/1.png"])
    #expect(try self.dataset("file,label\nvalid/1.png,a\n2.png,b\n").splitNames == ["all"])
  }

  @Test("bytes say what is the same file: names that look alike are two")
  func lookAlikeFiles() throws {
    let all = try dataset("file,label\né.png,a\ne\u{301}.png,b\n").split("all")
    #expect(all.count == 2 && all.labels == [0, 1])
    #expect(Array(all.identifier(1).utf8).count == 7)
  }

  @Test("a share is held out where the list has no splits")
  func holdOut() throws {
    let rows = (0..<200).map { "\($0).png,\($0 % 4)" }
    let dataset = try dataset("file,label\n" + rows.joined(separator: "\n"), validation: 0.25)
    #expect(dataset.splitNames == ["train", "validation"])
    let (train, validation) = (try dataset.split("train"), try dataset.split("validation"))
    #expect(train.count + validation.count == 200 && abs(validation.count - 50) < 25)
    for split in [train, validation] {
      for index in 0..<split.count {
        #expect(split.label(index) == Int(split.identifier(index).dropLast(4)).map { $0 % 4 })
      }
    }
  }

  @Test("boxes by extent and by edges, in pixels of the image")
  func boxes() throws {
    let box = BoundingBox(x: 1, y: 0.5, width: 2, height: 3)
    for text in [
      "file,label,x,y,width,height\n1.png,cat,1,0.5,2,3\n2.png,cat,,,,\n",
      "file,label,x_min,y_min,x_max,y_max,width,height\n1.png,cat,1,0.5,3,3.5,8,6\n2.png,cat,,,,,8,6\n",
    ] {
      let all = try dataset(text).split("all")
      #expect(try all.sample(0).objects == [SampleObject(classIndex: 0, box: box)])
      #expect(try all.sample(1).objects.isEmpty)
    }
  }

  @Test("an image has a line for each box, and no label of its own where they differ")
  func severalBoxes() throws {
    let all = try dataset(
      "file,label,x,y,width,height\n1.png,cat,0,0,1,1\n2.png,dog,0,0,1,1\n1.png,dog,2,2,1,1\n2.png,dog,1,1,2,2\n"
    ).split("all")
    #expect(all.identifiers == ["1.png", "2.png"] && all.labels == [nil, 1])
    #expect(try all.sample(0).objects.map(\.classIndex) == [0, 1])
    #expect(try all.sample(1).objects.map { $0.box?.x } == [0, 1])
  }

  @Test("a box is cut at the image where it reaches over it by a pixel at most")
  func boxAtTheEdge() throws {
    let all = try dataset(
      "file,label,x_min,y_min,x_max,y_max\n1.png,0,-0.5,0,9,6\n2.png,0,0,0,8,7.5\n"
    ).split("all")
    #expect(try all.sample(0).objects.first?.box == BoundingBox(x: 0, y: 0, width: 8, height: 6))
    expectError("list.csv, line 3: the box from (0.0, 0.0) to (8.0, 7.5) reaches beyond its image of 8×6") {
      try all.sample(1)
    }
  }

  @Test("paths are those of the list's folder, or absolute")
  func paths() throws {
    let all = try dataset("file\n\(folder.path("1.png"))\n./2.png\n").split("all")
    for index in 0..<2 { #expect(throws: Never.self) { try all.sample(index) } }
  }
}
