/// The files of `Page/`, which are compiled into the module: a request names one of these, and never a path.
enum PageFiles {
  /// What is served at a path.
  struct File {
    let type: String
    let bytes: [UInt8]

    /// Whether it is the page itself, which is shown to who knows the token; what it consists of is no secret.
    var isPage: Bool { type.hasPrefix("text/html") }

    static func script(_ bytes: [UInt8]) -> File {
      File(type: "text/javascript; charset=utf-8", bytes: bytes)
    }
  }

  /// The file of a path of the address; nil where there is none.
  static func file(at path: String) -> File? {
    switch path {
    case "/", "/index.html": File(type: "text/html; charset=utf-8", bytes: PackageResources.index_html)
    case "/explore.css": File(type: "text/css; charset=utf-8", bytes: PackageResources.explore_css)
    case "/api.js": .script(PackageResources.api_js)
    case "/attention.js": .script(PackageResources.attention_js)
    case "/chart.js": .script(PackageResources.chart_js)
    case "/classes.js": .script(PackageResources.classes_js)
    case "/colours.js": .script(PackageResources.colours_js)
    case "/dom.js": .script(PackageResources.dom_js)
    case "/explore.js": .script(PackageResources.explore_js)
    case "/fitting.js": .script(PackageResources.fitting_js)
    case "/hide.js": .script(PackageResources.hide_js)
    case "/images.js": .script(PackageResources.images_js)
    case "/keep.js": .script(PackageResources.keep_js)
    case "/layers.js": .script(PackageResources.layers_js)
    case "/maps.js": .script(PackageResources.maps_js)
    case "/methods.js": .script(PackageResources.methods_js)
    case "/numbers.js": .script(PackageResources.numbers_js)
    case "/paint.js": .script(PackageResources.paint_js)
    case "/pane.js": .script(PackageResources.pane_js)
    case "/photo.js": .script(PackageResources.photo_js)
    case "/pins.js": .script(PackageResources.pins_js)
    case "/progress.js": .script(PackageResources.progress_js)
    case "/questions.js": .script(PackageResources.questions_js)
    case "/snapshot.js": .script(PackageResources.snapshot_js)
    case "/stage.js": .script(PackageResources.stage_js)
    case "/store.js": .script(PackageResources.store_js)
    case "/strokes.js": .script(PackageResources.strokes_js)
    case "/timing.js": .script(PackageResources.timing_js)
    case "/tour.js": .script(PackageResources.tour_js)
    case "/versus.js": .script(PackageResources.versus_js)
    default: nil
    }
  }
}
