import Testing
import XAIObjectEnergy
import XAITesting

@Suite("ObjectEnergy conformance") struct ObjectEnergyConformanceTests {
  @Test("conforms")
  func conforms() {
    MetricConformance(ObjectEnergy.self).run()
  }
}
