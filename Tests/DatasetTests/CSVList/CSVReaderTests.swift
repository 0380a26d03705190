import Testing
import XAICore
import XAITesting

@testable import XAICSVList

@Suite struct CSVReaderTests {
  private func records(_ text: String) throws -> [[String]] {
    var reader = CSVReader(Array(text.utf8), file: "list.csv")
    var records: [[String]] = []
    while let record = try reader.next() { records.append(record.fields) }
    return records
  }

  @Test(
    "fields as RFC 4180 has them",
    arguments: [
      ("", []),
      ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
      ("a,b\nc,d", [["a", "b"], ["c", "d"]]),
      ("a\rb\r", [["a"], ["b"]]),
      (",\n,,", [["", ""], ["", "", ""]]),
      ("\"a,b\",c", [["a,b", "c"]]),
      ("\"a\"\"b\"\"\",\"\"", [["a\"b\"", ""]]),
      ("\"two\r\nlines\",x\ny,z", [["two\r\nlines", "x"], ["y", "z"]]),
      (" a , b ", [[" a ", " b "]]),
      ("\n\n\r\na\n\n\nb\n\n", [["a"], ["b"]]),
      ("é,日本\n", [["é", "日本"]]),
      ("\"\"", [[""]]),
    ] as [(String, [[String]])])
  func fields(text: String, expected: [[String]]) throws {
    #expect(try records(text) == expected)
  }

  @Test("records say in which line they begin, whatever ends a line")
  func lines() throws {
    for text in ["a\n\n\"b\nb\",c\nd", "a\r\n\r\n\"b\r\nb\",c\r\nd", "a\r\r\"b\rb\",c\rd"] {
      var reader = CSVReader(Array(text.utf8), file: "list.csv")
      #expect(try [reader.next()?.line, reader.next()?.line, reader.next()?.line] == [1, 3, 5])
    }
  }

  @Test(
    "what is no CSV is refused with its line",
    arguments: [
      ("a\n\"b", 2, "never closed"), ("\"", 1, "never closed"), ("a\n\"b\"\"", 2, "never closed"),
      ("\"a\"b", 1, "behind the closing"), ("a\nb\"c\"", 2, "inside a field"),
    ] as [(String, Int, String)])
  func malformed(text: String, line: Int, reason: String) {
    expectError("list.csv, line \(line): ") { try records(text) }
    expectError(reason) { try records(text) }
  }

  @Test("bytes that are not UTF-8 are refused with their line")
  func encoding() {
    var reader = CSVReader([0x61, 0x0A, 0xE9, 0x2C, 0x62], file: "list.csv")
    #expect(throws: Never.self) { try reader.next() }
    expectError("list.csv, line 2: this is not UTF-8") { try reader.next() }
  }
}
