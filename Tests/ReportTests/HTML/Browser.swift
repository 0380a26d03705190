import Foundation
import XAIFoundation

@testable import XAIReport

/// Chromium without a window, where there is one.
struct Browser {
  static let executable: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.flatMap { folder in
      ["chromium", "chromium-browser", "google-chrome"].map { "\(folder)/\($0)" }
    }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What a page came to.
  struct Visit {
    /// What the hook reported.
    let answers: [String: String]
    /// Errors of the page, its policy and the console.
    let complaints: [String]
  }

  /// Opens a page in a frame of a width, which the window of a headless browser can't have, and runs a hook in it.
  ///
  /// - Parameter hook: the body of an asynchronous function that gives an object of answers.
  static func visit(_ markup: String, width: Int, isDark: Bool = false, hook: String) throws -> Visit {
    let folder = FileManager.default.temporaryDirectory.appending(path: "xai-report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let watcher = """
      window.complaints = [];
      addEventListener("error", e => complaints.push("error: " + e.message));
      document.addEventListener("securitypolicyviolation", e => complaints.push("policy: " + e.violatedDirective));
      """
    let runner = """
      addEventListener("load", async () => {
        let answers = {};
        try { answers = await (async () => { \(hook) })(); } catch (e) { complaints.push("hook: " + e); }
        parent.postMessage({ answers, complaints }, "*");
      });
      """
    // The page's policy runs no scripts but its own; the copy that is tested names these two as well.
    let sources = [watcher, runner].map { "'sha256-\(Data(SHA256.hash($0.utf8)).base64EncodedString())'" }
    let tested = markup.replacingOccurrences(
      of: "script-src ", with: "script-src \(sources.map(escaped).joined(separator: " ")) "
    )
    .replacingOccurrences(
      of: "<meta name=\"viewport\"", with: "<script>\(watcher)</script><meta name=\"viewport\""
    )
    .replacingOccurrences(of: "</body>", with: "<script>\(runner)</script></body>")
    try tested.write(to: folder.appending(path: "page.html"), atomically: true, encoding: .utf8)
    let frame = """
      <!DOCTYPE html><title>frame</title><iframe src="page.html" width="\(width)" height="800"></iframe><pre></pre>
      <script>addEventListener("message", e => {
        const text = btoa(unescape(encodeURIComponent(JSON.stringify(e.data))));
        document.querySelector("pre").textContent = "[[" + text + "]]";
      });</script>
      """
    let start = folder.appending(path: "frame.html")
    try frame.write(to: start, atomically: true, encoding: .utf8)
    let output = try run(
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,1000",
        "--virtual-time-budget=20000", "--enable-logging=stderr", "--user-data-dir=\(folder.path)/profile",
      ] + (isDark ? ["--force-dark-mode"] : []) + ["--dump-dom", start.path], in: folder)
    return try visit(of: output)
  }

  private static func visit(of output: (text: String, errors: String)) throws -> Visit {
    struct Message: Decodable {
      let answers: [String: String]
      let complaints: [String]
    }
    let console = output.errors.split(separator: "\n").map(String.init).filter { $0.contains(":CONSOLE:") }
    guard let start = output.text.range(of: "[["), let end = output.text.range(of: "]]"),
      let bytes = Data(base64Encoded: String(output.text[start.upperBound..<end.lowerBound]))
    else {
      return Visit(answers: [:], complaints: ["no answer"] + console)
    }
    let message = try JSONDecoder().decode(Message.self, from: bytes)
    return Visit(answers: message.answers, complaints: message.complaints + console)
  }

  private static func run(_ arguments: [String], in folder: URL) throws -> (text: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable ?? "")
    process.arguments = arguments
    // Files take any amount of output; pipes would fill up.
    let files = ["output", "errors"].map { folder.appending(path: $0) }
    for file in files { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (
      String(decoding: try Data(contentsOf: files[0]), as: UTF8.self),
      String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
    )
  }
}
