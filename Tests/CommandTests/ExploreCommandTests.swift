import Foundation
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// `xai explore` as users run it: an address, answers that are the command's own, an end by Ctrl-C.
@Suite struct ExploreCommandTests {
  #if XAI_EXPLORE
  /// A page that is served.
  private struct Page {
    let running: XAIProcess.Running
    let address: String
    let token: String

    /// Starts `xai explore` and waits for its address.
    init(_ arguments: [String]) async throws {
      running = try XAIProcess.start(["explore"] + arguments + ["--no-open"])
      var output = ""
      while !output.contains("\n") {
        try #require(running.process.isRunning, "the run ended before it printed an address")
        try await Task.sleep(for: .milliseconds(5))
        output = XAIProcess.output(of: running)
      }
      let parts = output.split(whereSeparator: \.isNewline)[0].components(separatedBy: "/?token=")
      (address, token) = (parts[0], parts[1])
    }

    func ask(_ path: String, _ body: [String: Any]? = nil) async throws -> Any {
      var request = URLRequest(url: try #require(URL(string: "\(address)/api/v1/\(path)")))
      request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
      if let body {
        request.httpMethod = "POST"
        request.httpBody = try JSONSerialization.data(withJSONObject: body)
      }
      let (data, _) = try await URLSession.shared.data(for: request)
      return try JSONSerialization.jsonObject(with: data)
    }

    /// Ends it as Ctrl-C does.
    func end() throws -> CommandResult {
      kill(running.process.processIdentifier, SIGINT)
      return try XAIProcess.finish(running)
    }
  }

  private struct Record: Decodable {
    struct Class: Decodable {
      let index: Int
      let logit: Float
      let probability: Float
    }

    let scores: [Float]
    let target: Class
    let predicted: Class
  }

  private struct Map: Decodable {
    let scores: [Float]
    let target: Record.Class
  }

  @Test(arguments: ["gmar", "attnlrp", "occlusion"])
  func numbersAreThoseOfExplain(explainer: String) async throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png", seed: 5)
    let explained = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-e", explainer, "-t", "2", "-t",
      "predicted",
      "-o", folder.path("out"), "--json", "-q")
    let records = try explained.output.split(separator: "\n").map {
      try JSONDecoder().decode(Record.self, from: Data($0.utf8))
    }
    let page = try await Page([FixtureModel.vit, folder.path("photo.png")])
    for record in records {
      let answer = try await page.ask(
        "map", ["image": "1", "explainer": explainer, "target": record.target.index])
      let map = try JSONDecoder().decode(Map.self, from: JSONSerialization.data(withJSONObject: answer))
      // Both write the shortest text that reads back as the same float; a dictionary holds doubles in between.
      #expect(map.scores == record.scores)
      #expect(map.target.logit == record.target.logit)
      #expect(map.target.probability == record.target.probability)
    }
    let result = try page.end()
    #expect(result.status == 0)
    #expect(result.errors.hasSuffix("Ctrl-C ends it.\n"))
  }

  @Test func foldersAndSeveralModels() async throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photos/b.png", seed: 5)
    try folder.writeImage("photos/a.png", seed: 6)
    let page = try await Page([FixtureModel.vit, folder.path("photos"), "-m", FixtureModel.nonSquare])
    let images = try #require(try await page.ask("images") as? [[String: Any]])
    #expect(images.compactMap { $0["name"] as? String } == ["a.png", "b.png"])
    let session = try #require(try await page.ask("session") as? [String: Any])
    let models = try #require(session["models"] as? [[String: Any]])
    #expect(models.compactMap { $0["id"] as? String } == ["0", "1"])
    let other = try #require(
      try await page.ask("answer", ["image": "2", "model": "1", "top": 1]) as? [String: Any])
    #expect((other["top"] as? [Any])?.count == 1)
    #expect(try page.end().status == 0)
  }

  @Test func aPortThatIsTaken() async throws {
    let page = try await Page([FixtureModel.vit])
    let port = try #require(page.address.split(separator: ":").last)
    let second = try XAIProcess.run("explore", FixtureModel.vit, "--no-open", "--port", String(port))
    #expect(second.status == 64)
    #expect(second.output.isEmpty)
    #expect(second.errors.contains("something else listens on port \(port)"))
    #expect(try page.end().status == 0)
  }

  @Test func anotherHostIsSaidToBeOpen() async throws {
    let page = try await Page([FixtureModel.vit, "--host", "127.0.0.2"])
    #expect(page.address.hasPrefix("http://127.0.0.2:"))
    let result = try page.end()
    #expect(result.errors.contains("Note: other machines can reach this page"))
  }

  private static let mistaken: [(arguments: [String], status: Int32)] = [
    (["no-such-model"], 66), ([FixtureModel.vit, "no-such.png"], 66),
    ([FixtureModel.vit, "--port", "70000"], 64), ([], 64), ([FixtureModel.vit, "--data", "photos"], 64),
  ]

  @Test(arguments: mistaken)
  func mistakes(arguments: [String], status: Int32) throws {
    let result = try XAIProcess.run(["explore"] + arguments + ["--no-open"])
    #expect(result.status == status)
    #expect(result.output.isEmpty)
    #expect(!result.errors.isEmpty)
  }
  #else
  @Test func aBuildWithoutThePageSaysSo() throws {
    let result = try XAIProcess.run("explore", FixtureModel.vit)
    #expect(result.status == 64)
    #expect(result.errors.contains("this build has no page"))
  }
  #endif

  #if XAI_EXPLORE && XAI_DATABASE
  /// The images of an evaluation, with what was found.
  @Test func aDatabaseOfResults() async throws {
    let folder = try TemporaryFolder()
    let database = folder.path("results.sqlite")
    try folder.writeImage("photos/LABEL_0/a.png", seed: 5)
    try folder.writeImage("photos/LABEL_1/b.png", seed: 6)
    let evaluated = try XAIProcess.run(
      "evaluate", "-m", FixtureModel.vit, "-d", folder.path("photos"), "-o", database, "-e", "gmar", "-e",
      "attention-rollout", "--metric", "sparsity", "-q")
    try #require(evaluated.status == 0, "\(evaluated.errors)")
    for arguments in [[], ["-d", folder.path("photos")]] {
      let page = try await Page([FixtureModel.vit, database] + arguments)
      let images = try #require(try await page.ask("images") as? [[String: Any]])
      #expect(images.count == 2)
      #expect(Set(images.compactMap { $0["label"] as? String }) == ["LABEL_0", "LABEL_1"])
      for image in images {
        #expect(image["disagreement"] is Double)
        let rank = try #require(image["rank"] as? Int)
        #expect(rank >= 1 && image["correct"] as? Bool == (rank == 1))
        #expect((image["predicted"] as? String)?.hasPrefix("LABEL_") == true)
        let answer = try #require(
          try await page.ask("answer", ["image": image["id"] ?? "", "top": 1]) as? [String: Any])
        let top = try #require((answer["top"] as? [[String: Any]])?.first)
        // The data set's image is what was evaluated; the picture of the database is a JPEG of it.
        if !arguments.isEmpty { #expect(top["label"] as? String == image["predicted"] as? String) }
      }
      let result = try page.end()
      #expect(result.errors.contains("--data names the data set") == arguments.isEmpty)
    }
  }
  #endif
}
