import Testing
import XAIFoundation

@Suite struct SHA256Tests {
  @Test(
    "the examples of FIPS 180-4, and lengths around a block",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    ])
  func examples(text: String, hash: String) {
    #expect(SHA256.text(text.utf8) == hash)
  }

  @Test("the bytes are those of the text")
  func bytes() {
    let hash = SHA256.hash("abc".utf8)
    #expect(hash.count == 32)
    #expect(hash.prefix(4) == [0xba, 0x78, 0x16, 0xbf] && hash.suffix(3) == [0x00, 0x15, 0xad])
  }
}
