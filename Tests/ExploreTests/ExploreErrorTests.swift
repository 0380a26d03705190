import Foundation
import Testing
import XAIExplore

@Suite struct ExploreErrorTests {
  @Test("what people see of an error is our text")
  func texts() {
    let errors: [any Error & CustomStringConvertible] = [
      ExploreError(.notFound, "there is no model 'a'"), ExploreServerError.portTaken(80),
    ]
    for error in errors { #expect(error.localizedDescription == error.description) }
  }
}
