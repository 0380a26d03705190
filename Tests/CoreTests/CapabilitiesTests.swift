import Foundation
import Testing
import XAICore

@Suite struct CapabilitiesTests {
  @Test("written and read as names")
  func json() throws {
    let capabilities: Capabilities = [.inputGradients, .attention]
    let data = try JSONEncoder().encode(capabilities)
    #expect(String(decoding: data, as: UTF8.self) == #"["attention","input-gradients"]"#)
    #expect(try JSONDecoder().decode(Capabilities.self, from: data) == capabilities)
  }

  @Test("every capability has one name")
  func names() {
    let all = Capabilities(Capabilities.named.map(\.capability))
    #expect(all.names == Capabilities.named.map(\.name))
    #expect(Set(all.names).count == Capabilities.named.count)
    #expect(all.rawValue.nonzeroBitCount == Capabilities.named.count)
  }
}
