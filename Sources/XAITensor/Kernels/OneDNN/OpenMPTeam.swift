#if XAI_ONEDNN
import COneDNN

/// The threads of oneDNN's own OpenMP runtime.
///
/// After an operation OpenMP's threads look out for the next one for a while. Beside a pool of our own they would take
/// its cores for that time, and it theirs: all operations between two products have to run on the same threads.
struct OpenMPTeam: Workers {
  let threads: Int

  /// Nil where oneDNN is built without OpenMP.
  init?(threads: Int) {
    guard xai_openmp_run({ _ in }, nil, 1) else { return nil }
    self.threads = threads
  }

  func run(count: Int, _ body: (Int) -> Void) {
    guard count > 1, threads > 1 else {
      for index in 0..<max(count, 0) { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let job = Job(count: count, body: body)
      withExtendedLifetime(job) {
        _ = xai_openmp_run(
          { context in if let context { Unmanaged<Job>.fromOpaque(context).takeUnretainedValue().work() } },
          Unmanaged.passUnretained(job).toOpaque(), Int32(clamping: threads))
      }
    }
  }
}
#endif
