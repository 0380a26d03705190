import Foundation
import Testing
import XAICSVList
import XAICore
import XAITesting

@Suite struct CSVListErrorTests {
  let folder: TemporaryImages

  init() throws { folder = try TemporaryImages() }

  private func open(_ text: String, names: String? = nil) throws -> CSVList {
    try folder.add(text: text, to: "list.csv")
    if let names { try folder.add(text: names, to: "names.txt") }
    return try CSVList(
      options: CSVListOptions(
        path: folder.path("list.csv"), labels: names.map { _ in folder.path("names.txt") }))
  }

  @Test(
    "lines that can't be are named",
    arguments: [
      ("name,label\na,b\n", 1, "no column file, path, image, filename, file_name; it has name, label"),
      ("file;label\na;b\n", 1, "the fields are separated by ';', and commas have to be between them"),
      ("file\tlabel\na\tb\n", 1, "the fields are separated by 'tab'"),
      ("file,label\na,b\n.\\c.png,b\n", 3, "there is no file '.\\c.png'. Write / between folders"),
      ("file,path\na,b\n", 1, "two columns, 'file' and 'path', say the same"),
      ("file,x,y,width\na,1,1,1\n", 1, "a box needs the columns x, y, width, height"),
      ("file,x_min\na,1\n", 1, "a box needs the columns"),
      ("file,label\na,0\nb\n", 3, "1 fields under a header of 2"),
      ("file,label\n\n,0\n", 3, "the name of the image is empty"),
      ("file,split\na,\n", 2, "the split is empty"),
      ("file,split\na,train\na,test\n", 3, "'a' is in two splits; line 2 has it too"),
      ("file,label\na,0\na,0\n", 3, "'a' is in line 2 already"),
      ("file,label,x,y,width,height\na,0,1,1,one,1\n", 2, "the box '1,1,one,1' is not four numbers"),
      ("file,label,x,y,width,height\na,0,1,1,nan,1\n", 2, "is not four numbers"),
      ("file,label,x,y,width,height\na,0,1,1,,1\n", 2, "is not four numbers"),
      ("file,label,x,y,width,height\na,0,1,1,0,1\n", 2, "the box '1,1,0,1' has no area"),
      ("file,label,x,y,width,height\na,,1,1,2,1\n", 2, "a box needs a label"),
    ] as [(String, Int, String)])
  func malformed(text: String, line: Int, reason: String) {
    expectError("\(folder.path("list.csv")), line \(line): ") { try open(text) }
    expectError(reason) { try open(text) }
  }

  @Test(
    "numbers that are no class",
    arguments: ["-1", "100000", "99999999999999999999", "0.5", "nan", "1e3", "00"])
  func unknownLabel(_ label: String) throws {
    #expect {
      try open("file,label\na,0\nb,\(label)\n")
    } throws: { error in
      guard case .unknownLabel(let file, 3, label, _)? = error as? DatasetError else { return false }
      return file == folder.path("list.csv")
    }
  }

  @Test func unknownLabelOfAFileOfNames() throws {
    for label in ["2", "cow"] {
      #expect(
        throws: DatasetError.unknownLabel(
          file: folder.path("list.csv"), line: 2, label: label, known: "0 to 1: cat, dog")
      ) { try open("file,label\na,\(label)\n", names: "cat\ndog\n") }
    }
    expectError("the label 'cat' is the name of the classes 0 and 1. Write the index.") {
      try open("file,label\na,cat\n", names: "cat\ncat\n")
    }
    expectError("names.txt, line 2: the name of class 1 is empty") {
      try open("file,label\na,cat\n", names: "cat\n\ndog\n")
    }
    expectError("names.txt: there are no names") { try open("file,label\na,cat\n", names: "") }
  }

  @Test("two classes that look alike are refused by name: one accent is a character, the other two")
  func lookAlike() {
    expectError("list.csv: two classes look alike, 'cafe\u{301}'") {
      try open("file,label\na,café\nb,cafe\u{301}\n")
    }
    expectError("names.txt: two classes look alike") {
      try open("file,label\na,0\n", names: "café\ncafe\u{301}\n")
    }
  }

  @Test("a number that is the name of one class and the index of another")
  func namesThatAreNumbers() throws {
    expectError("the label '1' is the name of class 0 and the index of '2', and other labels are no names") {
      try open("file,label\na,1\nb,0\n", names: "1\n2\nthree\n")
    }
    #expect(try open("file,label\na,1\nb,2\n", names: "1\n2\nthree\n").split("all").labels == [0, 1])
  }

  @Test func nothing() throws {
    for text in ["", "file,label\n"] {
      #expect(throws: DatasetError.empty(place: folder.path("list.csv"))) { try open(text) }
    }
  }

  @Test(.timeLimit(.minutes(1))) func missing() throws {
    expectError("csv: path is missing") { try CSVList(options: CSVListOptions()) }
    expectError("\(folder.path("no.csv")): there is no such file") {
      try CSVList(options: CSVListOptions(path: folder.path("no.csv")))
    }
    expectError("\(folder.path): there is no list labels.csv, metadata.csv, metadata.jsonl in it") {
      try CSVList(options: CSVListOptions(path: folder.path))
    }
    #expect(mkfifo(folder.path("pipe.csv"), 0o600) == 0)
    expectError("this is no regular file") {
      try CSVList(options: CSVListOptions(path: folder.path("pipe.csv")))
    }
    #expect(throws: DatasetError.noSplit(name: "train", dataset: "csv", known: ["all"])) {
      try open("file\na.png\n").split("train")
    }
  }

  @Test("an image that is not there is named when it is asked for", .timeLimit(.minutes(1)))
  func images() throws {
    #expect(mkfifo(folder.path("pipe.png"), 0o600) == 0)
    let split = try open("file\nno.png\npipe.png\n").split("all")
    expectError("\(folder.path)/no.png: can't be read: No such file") { try split.sample(0) }
    expectError("\(folder.path)/pipe.png: this is no regular file") { try split.sample(1) }
  }
}
