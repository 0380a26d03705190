import XAIFoundation

/// What a folder without a `config.json` holds, where that says why there is none.
package enum ForeignContents {
  /// What was found, after "it holds"; nil for nothing that tells.
  static func found(in folder: String) -> String? {
    guard let entries = try? FileSystem.entries(of: folder) else { return nil }
    let files = entries.filter { $0.kind == .file }.map(\.name)
    if let found = found(files: files) { return found }
    if let inner = entries.first(where: {
      $0.kind == .folder
        && FileSystem.kind(of: FileSystem.path(FileSystem.path(folder, $0.name), "config.json")) == .file
    }) {
      return "the folder \(quoted(inner.name)), which has one: give that one"
    }
    return images(among: files)
  }

  /// What was found among the names of files, after "it holds"; nil for nothing that tells.
  package static func found(files: [String]) -> String? {
    func file(_ ends: [String]) -> String? {
      files.first { name in ends.contains { name.lowercased().hasSuffix($0) } }
    }
    if files.contains("model_index.json") {
      return "model_index.json, that of a diffusion model, which makes images and tells no classes apart"
    }
    if files.contains("config_sentence_transformers.json") {
      return "config_sentence_transformers.json, that of a model of texts"
    }
    if let name = file([".gguf"]) {
      return
        "\(quoted(name)), weights in the format of llama.cpp, which isn't read: they are mostly those of language models"
    }
    if let name = file([
      ".onnx", ".tflite", ".mlmodel", ".h5", ".pb", ".keras", ".msgpack", ".npz", ".engine",
    ]) {
      return "\(quoted(name)), the file of another library, which isn't read: model.safetensors is"
    }
    if let name = file([".pt", ".pth", ".bin", ".ckpt", ".pkl"]) {
      return "\(quoted(name)), a Python pickle by its name, which isn't read because pickles run code"
    }
    if let name = file([".safetensors"]) {
      return
        "\(quoted(name)), whose names and shapes don't say how many heads a model has, or what it does to an image"
    }
    return nil
  }

  private static func images(among files: [String]) -> String? {
    files.first { name in [".jpg", ".jpeg", ".png", ".webp"].contains { name.lowercased().hasSuffix($0) } }
      .map { "images, such as \(quoted($0)), and a model is asked for" }
  }
}
