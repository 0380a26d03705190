/// The files of `Page/`, which are compiled into the module: a request names one of these, and never a path.
enum PageFiles {
  /// What is served at a path.
  struct File {
    let type: String
    let bytes: [UInt8]
  }

  /// The file of a path of the address; nil where there is none.
  static func file(at path: String) -> File? {
    switch path {
    case "/", "/index.html": File(type: "text/html; charset=utf-8", bytes: PackageResources.index_html)
    case "/explore.css": File(type: "text/css; charset=utf-8", bytes: PackageResources.explore_css)
    case "/explore.js": File(type: "text/javascript; charset=utf-8", bytes: PackageResources.explore_js)
    default: nil
    }
  }
}
