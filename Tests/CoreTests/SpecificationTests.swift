import Testing
import XAICore

@Suite struct SpecificationTests {
  @Test(
    "reads back as it is written",
    arguments: ["gmar", "gmar:norm=l2", "gmar:residual=after(0.5),norm=l2", "a:b=c=d"])
  func roundTrip(_ text: String) throws {
    #expect(try Specification(parsing: text).description == text)
  }

  @Test func parts() throws {
    let specification = try Specification(parsing: "a:b=c=d,e=f:g")
    #expect(specification.id == "a")
    #expect(specification.values.map(\.key) == ["b", "e"])
    #expect(specification.values.map(\.value) == ["c=d", "f:g"])
  }

  @Test(
    "what is malformed is refused, with the form",
    arguments: ["", ":a=b", "a:", "a:b", "a:b=", "a:=b", "a:b=c,", "a:,b=c"])
  func malformed(_ text: String) {
    let error = #expect(throws: OptionError.self) { try Specification(parsing: text) }
    #expect(error?.description.contains("id:key=value,key=value") == true)
  }
}
