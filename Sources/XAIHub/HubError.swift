// Foundation for the text of `localizedDescription`: XAI, which has that of all other errors, doesn't know this module.
public import Foundation
public import XAIWeights

/// Why a model can't be downloaded; every case names the repository, the file, or the address.
public enum HubError: Error, Hashable, Sendable {
  /// libcurl isn't on this system.
  case noCurl(reason: String)
  /// A variable of the environment, or the file of a token, holds what can't be used.
  case unusableSetting(variable: String, reason: String)
  /// The model would have to be asked for, and the environment says not to.
  case offline(repository: RepositoryID, cache: String)
  /// There is no connection to the server.
  case unreachable(address: String, reason: String)
  /// The server's certificate isn't trusted.
  case untrusted(address: String, reason: String)
  /// The server can't answer now.
  case failed(address: String, status: Int, reason: String)
  /// The server asks for a longer pause than a program should wait for.
  case tooManyRequests(address: String, seconds: Int)
  /// A file's connection was cut again and again.
  case cut(file: String, byteCount: Int, of: Int?, reason: String)
  /// The answer isn't one of a hub.
  case notAHub(address: String, reason: String)
  /// The server sends a request to where none may go.
  case unsafeRedirect(from: String, to: String)

  /// There is no such repository, or none that may be seen without another token.
  case noRepository(RepositoryID, address: String, hasToken: Bool)
  /// The repository has no such branch, tag or commit.
  case noRevision(RepositoryID, address: String)
  /// Its authors let only those read it who have asked.
  case gated(RepositoryID, address: String, hasToken: Bool)
  /// The token isn't valid, or may not read this.
  case refused(RepositoryID, address: String, status: Int, reason: String)
  /// The repository isn't that of a model which could load.
  case notAModel(RepositoryID, found: String?)
  /// A file that the repository lists, or that an index names, isn't there.
  case noFile(String, in: RepositoryID)

  /// A file is longer or shorter than the server said.
  case wrongSize(file: String, stated: Int, found: Int)
  /// A file isn't the one that its hash names.
  case wrongHash(file: String, stated: String, found: String)
  /// The disk has too little room.
  case noRoom(folder: String, needed: Int, free: Int)
}

extension HubError: CustomStringConvertible, LocalizedError {
  /// The description.
  public var errorDescription: String? { description }

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .noCurl(let reason):
      "downloading needs libcurl, which can't be loaded: \(reason). Install it (libcurl4 and ca-certificates on Debian and Ubuntu), "
        + "or download the model elsewhere and give its directory"
    case .unusableSetting(let variable, let reason):
      "'\(variable)' \(reason). Correct it"
    case .offline(let repository, let cache):
      "what is wanted of '\(repository)' isn't in the local cache '\(cache)', and HF_HUB_OFFLINE says that nobody is to be asked for it. "
        + "Unset it, or download the model before"
    case .unreachable(let address, let reason):
      "\(address) can't be reached: \(reason). Check the network, the proxy (HTTPS_PROXY) and HF_ENDPOINT; where there is no network, "
        + "download the model elsewhere and give its directory"
    case .untrusted(let address, let reason):
      "\(address) isn't trusted: \(reason). Install ca-certificates, or name the file of your network's own certificates by SSL_CERT_FILE"
    case .failed(let address, let status, let reason):
      "\(address) failed with status \(status)\(reason.isEmpty ? "" : ": \(reason)"). Try again later"
    case .tooManyRequests(let address, let seconds):
      "\(address) asks to wait for \(seconds) seconds, since there were too many requests. Try again then, or with a token (HF_TOKEN)"
    case .cut(let file, let byteCount, let total, let reason):
      "'\(file)': the download ended again and again, now after \(byteCount)\(total.map { " of \($0)" } ?? "") bytes: \(reason). "
        + "What came is kept, and the same command resumes from there"
    case .notAHub(let address, let reason):
      "\(address) doesn't answer as the Hugging Face Hub does: \(reason). Check HF_ENDPOINT, the proxy, and whether the network asks for "
        + "a login"
    case .unsafeRedirect(let from, let to):
      "\(from) leads to \(to), where no request may go. Check HF_ENDPOINT"
    case .noRepository(let repository, let address, let hasToken):
      "\(address) has no model '\(repository.name)', "
        + (hasToken
          ? "or the token (HF_TOKEN) may not see it. Check the name"
          : "or doesn't show it without a token. Check the name; for a private model set HF_TOKEN")
        + ". There is no directory of this name either"
    case .noRevision(let repository, let address):
      "\(address) has '\(repository.name)', and in it no branch, tag or commit '\(repository.revision ?? "main")'. Check what stands behind the @"
    case .gated(let repository, let address, let hasToken):
      "'\(repository.name)' is gated: its authors let only those read it who have agreed to their terms. Do that on its page, "
        + "\(address)/\(repository.name), "
        + (hasToken
          ? "with the account of the token (HF_TOKEN), and check that the token may read gated models"
          : "and set HF_TOKEN to a token of that account")
    case .refused(let repository, let address, let status, let reason):
      "\(address) refuses '\(repository.name)' with status \(status)\(reason.isEmpty ? "" : ": \(reason)"). Check the token (HF_TOKEN, or the "
        + "file where a login put it)"
    case .notAModel(let repository, let found):
      "'\(repository)' has no config.json" + (found.map { "; it holds \($0)" } ?? "")
        + ". Name the repository of a model, with config.json and model.safetensors"
    case .noFile(let file, let repository):
      "'\(repository)' has no '\(file)', which it lists or its index names. Try another revision"
    case .wrongSize(let file, let stated, let found):
      "'\(file)' should have \(stated) bytes and has \(found) where it comes from. Nothing of it was kept; try again, or check the proxy and "
        + "HF_ENDPOINT"
    case .wrongHash(let file, let stated, let found):
      "'\(file)' should have the hash \(stated) and has \(found), twice. Nothing of it was kept; try again later, or check the proxy and "
        + "HF_ENDPOINT"
    case .noRoom(let folder, let needed, let free):
      "'\(folder)' has room for \(free) bytes, and the download needs \(needed). Free space, or name another disk by HF_HUB_CACHE"
    }
  }
}
