import Foundation
import Testing
import XAIHub
import XAIWeights

private let python = ProcessInfo.processInfo.environment["XAI_PYTHON"]
private let hasOpenSSL = ["/usr/bin/openssl", "/opt/homebrew/bin/openssl"]
  .contains { FileManager.default.isExecutableFile(atPath: $0) }

/// Which server is trusted.
///
/// It runs where `XAI_PYTHON` names an interpreter, and where openssl makes certificates.
@Suite(.enabled(if: python != nil && hasOpenSSL, "no Python, or no openssl")) struct TLSTests {
  @Test("a certificate that nobody vouches for is refused, unless the environment names it")
  func certificates() throws {
    let fixture = try HubFixture()
    try FileManager.default.createDirectory(at: fixture.folder, withIntermediateDirectories: true)
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: try #require(python))
    let script = FixtureFiles.root.deletingLastPathComponent().appendingPathComponent("Python/tls_hub.py")
    process.arguments = [script.path, fixture.folder.path]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    defer {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
    var port = ""
    while !port.hasSuffix("\n") {
      let part = output.fileHandleForReading.availableData
      try #require(!part.isEmpty, "the server didn't begin")
      port += String(decoding: part, as: UTF8.self)
    }
    port.removeLast()
    let endpoint = "https://127.0.0.1:\(port)"
    fixture.environment["HF_ENDPOINT"] = endpoint
    let refusal = fixture.error()
    guard case .untrusted(endpoint, let reason)? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(reason.lowercased().contains("certificate"))
    let certificate = fixture.folder.appendingPathComponent("certificate.pem").path
    let id = try #require(RepositoryID("toy/vit"))
    for variable in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"] {
      fixture.environment[variable] = certificate
      #expect(fixture.error() == .noRepository(id, address: endpoint, hasToken: false))
      fixture.environment[variable] = nil
    }
    fixture.environment["SSL_CERT_FILE"] = certificate
    #expect(
      fixture.error("redirected/vit")
        == .unsafeRedirect(
          from: "\(endpoint)/api/models/redirected/vit/revision/main", to: "http://127.0.0.1:1/api"))
    // A file that isn't there is no reason to trust whoever comes.
    fixture.environment["SSL_CERT_FILE"] = "\(certificate).none"
    guard case .untrusted? = fixture.error() else {
      Issue.record("another error")
      return
    }
  }
}
