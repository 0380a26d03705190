import Testing
import XAIFoundation

@Suite struct TextLayoutTests {
  @Test("lines break between words, and long words stay whole")
  func wraps() {
    #expect(wrapped("Staffordshire bull terrier", to: 18) == "Staffordshire bull\nterrier")
    #expect(wrapped("supercalifragilistic", to: 5) == "supercalifragilistic")
    #expect(wrapped("", to: 5) == "")
  }

  @Test("columns are as wide as their widest cell")
  func columns() {
    #expect(table([["a", "bb"], ["ccc", "d"]], indent: " ") == " a    bb\n ccc  d\n")
    #expect(table([["a", "1"], ["b", "22"]], rightAligned: [1]) == "a   1\nb  22\n")
    #expect(tableLines([["a", "bb"], ["ccc"]]) == ["a    bb", "ccc"])
  }

  @Test("fields with commas, quotes or line breaks are quoted")
  func fields() {
    #expect(commaSeparated([["a", "b,c"], ["d\"e", ""]]) == "a,\"b,c\"\r\n\"d\"\"e\",\r\n")
    #expect(commaSeparated([["f\ng"], ["h\r\ni"]], lineEnd: "\n") == "\"f\ng\"\n\"h\r\ni\"\n")
  }
}
