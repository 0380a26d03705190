import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITesting

@testable import XAIExplore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the server answers is what the session says, and errors have their kinds.
struct ServerAnswerTests {
  @Test func answersAreTheSessions() async throws {
    try await withServer { server, fixture in
      struct Map: Decodable {
        let scores: [Float]
        let kind: String
      }
      let answer = try await server.post("map", #"{"image": "1", "explainer": "attnlrp", "target": 2}"#)
      #expect(answer.status == 200)
      let map = try JSONDecoder().decode(Map.self, from: Data(answer.body))
      #expect(map.scores == (try fixture.attribution("attnlrp", target: 2).scores))
      #expect(map.kind == "signed")

      let said = try await server.post("answer", #"{"image": "1", "classes": [0, 1, 2, 3, 4]}"#)
      let told = try JSONDecoder().decode(ExploreAnswer.self, from: Data(said.body))
      #expect(told.asked.map(\.logit) == (try fixture.logits(try fixture.input)))

      struct Attention: Decodable {
        let rows: String
        let layers: Int
      }
      let rows = try await server.post("attention", #"{"image": "1", "row": 3}"#)
      let attention = try JSONDecoder().decode(Attention.self, from: Data(rows.body))
      let bytes = try #require(Data(base64Encoded: attention.rows))
      let expected = try await fixture.session.attention(image: "1", from: .patch(3)).rows
      let floats = bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map {
          Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
        }
      }
      #expect(floats == expected)

      for (path, body) in [
        ("tokens", #"{"image": "1"}"#), ("lens", #"{"image": "1", "top": 2}"#),
        ("curves", #"{"image": "1", "explainer": "gmar", "fill": "tokens", "steps": 3}"#),
        ("agreement", #"{"image": "1", "maps": [{"explainer": "gmar"}, {"explainer": "grad-cam"}]}"#),
        ("code", #"{"image": "1", "explainer": "gmar"}"#),
        ("export", #"{"image": "1", "explainer": "gmar", "format": "svg", "style": {"alpha": 0.3}}"#),
      ] {
        let answer = try await server.post(path, body)
        #expect(answer.status == 200, "\(path): \(answer.text)")
        #expect(!answer.body.isEmpty)
      }
      for path in ["session", "images", "images/1/picture", "images/1/input", "classes?q=3&limit=2"] {
        #expect(try await server.ask("GET", "/api/v1/\(path)").status == 200)
      }
    }
  }

  @Test(arguments: [
    ("answer", "", 400, "bad-request"), ("answer", "[]", 400, "bad-request"),
    ("answer", "{\"image\": 1}", 400, "bad-request"), ("answer", "{}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"imag\": 2}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"image\": \"1\"}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"hidden\": [99]}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"hidden\": [1.5]}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"fill\": \"red\"}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"removedHeads\": [[1]]}", 400, "bad-request"),
    ("answer", "{\"image\": \"9\"}", 404, "not-found"),
    ("answer", "{\"image\": \"1\", \"model\": \"9\"}", 404, "not-found"),
    ("map", "{\"image\": \"1\", \"explainer\": \"gmra\"}", 404, "not-found"),
    ("map", "{\"image\": \"1\", \"explainer\": \"gmar:norm=l3\"}", 400, "bad-request"),
    ("map", "{\"image\": \"1\", \"explainer\": \"gmar\", \"target\": 77}", 400, "bad-request"),
    ("map", "{\"image\": \"1\", \"explainer\": \"occlusion\", \"against\": 1}", 422, "unsupported"),
    ("curves", "{\"image\": \"1\", \"explainer\": \"gmar\", \"steps\": 0}", 400, "bad-request"),
    ("attention", "{\"image\": \"1\", \"row\": 9}", 400, "bad-request"),
    ("texts", "{\"texts\": [\"a\"]}", 422, "unsupported"),
    ("export", "{\"image\": \"1\", \"explainer\": \"gmar\", \"format\": \"bmp\"}", 400, "bad-request"),
  ])
  func errorsByKind(_ path: String, _ body: String, _ status: Int, _ kind: String) async throws {
    try await withServer { server, _ in
      let answer = try await server.post(path, body)
      #expect(answer.status == status, "\(answer.text)")
      #expect(try errorKind(answer) == kind)
      #expect(try await server.ask("GET", "/api/v1/\(path)").status == 405)
    }
  }

  @Test func aStreamTellsProgressAndTheMap() async throws {
    try await withServer { server, _ in
      let question = #"{"image": "1", "explainer": "rise:masks=64"}"#
      let stream = try await server.post("map/stream", question)
      #expect(stream.headers["content-type"] == "text/event-stream")
      let events = stream.text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
      let last = try #require(events.last)
      #expect(last.hasPrefix("event: result\ndata: {"))
      #expect(events.dropLast().allSatisfy { $0.hasPrefix("event: progress\ndata: {\"fraction\":") })
      let map = try await server.post("map", question)
      #expect(last.dropFirst("event: result\ndata: ".count) == map.text)
      let curves = try await server.post("curves/stream", #"{"image": "1", "explainer": "gmar"}"#)
      #expect(curves.text.contains("event: progress\ndata: {\"fraction\":1}"))
      #expect(curves.text.contains("event: result\ndata: {\"centre\""))
      let failed = try await server.post("map/stream", #"{"image": "1", "explainer": "rise:masks=0"}"#)
      #expect(failed.text.hasPrefix("event: failed\ndata: {\"error\":{\"kind\":\"bad-request\""))
    }
  }

  @Test func imagesThatAreSent() async throws {
    try await withServer { server, fixture in
      struct Entry: Decodable {
        let id: String
        let name: String
        let width: Int
        let height: Int
      }
      let sent = ExploreFixture.image(seed: 8, width: 30, height: 20)
      let token = ["Authorization": "Bearer \(server.token)"]
      let answer = try await server.ask(
        "POST", "/api/v1/images", headers: token.merging(["X-Name": "gr%C3%BCn %zz.png"]) { $1 },
        body: sent.png())
      #expect(answer.status == 201)
      let entry = try JSONDecoder().decode(Entry.self, from: Data(answer.body))
      #expect((entry.name, entry.width, entry.height) == ("grün %zz.png", 30, 20))
      let picture = try await server.ask("GET", "/api/v1/images/\(entry.id)/picture")
      #expect(try RGBImage(decoding: picture.body) == sent)
      let small = try await server.ask("GET", "/api/v1/images/\(entry.id)/picture?size=16")
      let thumbnail = try RGBImage(decoding: small.body)
      #expect((thumbnail.width, thumbnail.height) == (16, 10))
      for size in ["15", "1601", "x", ""] {
        #expect(try await server.ask("GET", "/api/v1/images/\(entry.id)/picture?size=\(size)").status == 400)
      }

      let text = try await server.ask("POST", "/api/v1/images", body: Array("hello".utf8))
      #expect(text.status == 415)
      #expect(try errorKind(text) == "unreadable")
      let half = try await server.ask("POST", "/api/v1/images", body: Array(sent.png().dropLast(40)))
      #expect(half.status == 415)
      #expect(fixture.session.images.all.count == 2)
    }
  }
}
