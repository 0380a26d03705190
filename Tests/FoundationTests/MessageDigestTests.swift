import Testing
import XAIFoundation

@Suite struct MessageDigestTests {
  @Test(
    "SHA-1: the examples of FIPS 180-4, and lengths around a block",
    arguments: [
      ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
      ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
      ),
      (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
      // What Git calls a blob of these 14 bytes.
      ("blob 14\0Hello, World!\n", "8ab686eafeb1f44702738c8b0f24f2567c36da6d"),
    ])
  func sha1(text: String, hash: String) {
    var digest = MessageDigest(.sha1)
    digest.update(Array(text.utf8))
    #expect(digest.text() == hash)
  }

  @Test("a message in parts is the message", arguments: [MessageDigest.Algorithm.sha1, .sha256])
  func parts(algorithm: MessageDigest.Algorithm) {
    var random = SeededRandom(seed: 3)
    for _ in 0..<200 {
      let message = (0..<random.index(below: 400)).map { _ in UInt8(random.index(below: 256)) }
      var (whole, inParts) = (MessageDigest(algorithm), MessageDigest(algorithm))
      whole.update(message)
      var rest = message[...]
      while !rest.isEmpty {
        let part = rest.prefix(random.index(below: 150))
        inParts.update(part)
        rest = rest.dropFirst(part.count)
      }
      #expect(whole.text() == inParts.text())
    }
  }
}
