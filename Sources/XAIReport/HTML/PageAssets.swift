import XAIFoundation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The files of `Page/`, which are compiled into the module: a page fetches nothing, and a program needs no bundle.
enum PageAssets {
  /// How the page looks: in the light and the dark, on wide and narrow screens, on paper.
  static let stylesheet = String(decoding: PackageResources.report_css, as: UTF8.self)

  /// What the page can do beyond being read: sorting, reading curves off, sliders.
  static let script = String(decoding: PackageResources.report_js, as: UTF8.self)

  /// The SHA-256 of the script in base 64, by which the page's security policy lets this script run and no other.
  static let scriptDigest = Data(SHA256.hash(PackageResources.report_js)).base64EncodedString()
}
