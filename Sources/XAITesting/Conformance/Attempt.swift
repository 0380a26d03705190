import Synchronization
import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Says on standard error what was being tried when the process died.
///
/// A trap of a plugin ends the tests, and in a release build it does so without a message. What is about to be tried is
/// therefore noted in memory, and nothing is written while all goes well. A handler of the signals that traps raise writes
/// the notes of its thread, puts back the handler that was there before and returns: the instruction runs again, and the
/// process dies as it would have died, with the same signal and the same backtrace.
enum Attempt {
  /// Runs `body` with a note of what it tries.
  static func noting<R>(_ what: String, _ body: () throws -> R) rethrows -> R {
    let slot = Notes.add("XAITesting: the process died while trying \(what)\n")
    defer { Notes.remove(slot) }
    return try body()
  }
}

/// Notes at places that don't move, since a signal handler may neither allocate nor lock.
private enum Notes {
  /// Attempts at once, those inside others included; what is beyond has no note.
  static let capacity = 256
  /// Bytes of a note; what is beyond is cut off.
  static let room = 500

  /// Bytes of each note; 0 where there is none.
  nonisolated(unsafe) static let lengths = zeros(capacity, of: Int.self)
  /// The thread of each note.
  nonisolated(unsafe) static let threads = zeros(capacity, of: UInt.self)
  /// The notes, one after another.
  nonisolated(unsafe) static let texts = zeros(capacity * room, of: UInt8.self)
  private static let access = Guarded(())

  static func add(_ text: String) -> Int? {
    _ = Handlers.areInstalled
    return access.withLock { _ in
      guard let slot = (0..<capacity).first(where: { lengths[$0] == 0 }) else { return nil }
      let bytes = Array(text.utf8.prefix(room - 1))
      for (index, byte) in bytes.enumerated() { texts[slot * room + index] = byte }
      // A text that was cut off ends in a line break all the same.
      if bytes.last != newline { texts[slot * room + bytes.count] = newline }
      threads[slot] = currentThread()
      lengths[slot] = bytes.last == newline ? bytes.count : bytes.count + 1
      return slot
    }
  }

  static func remove(_ slot: Int?) {
    guard let slot else { return }
    access.withLock { _ in lengths[slot] = 0 }
  }

  private static let newline = UInt8(ascii: "\n")

  private static func zeros<Value: FixedWidthInteger>(
    _ count: Int, of _: Value.Type
  ) -> UnsafeMutablePointer<Value> {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
    return memory
  }
}

private enum Handlers {
  /// What traps, failed assertions in C and bad accesses raise; all are below 32.
  private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]
  /// The actions that were there before, by signal.
  nonisolated(unsafe) static let previous = {
    let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 32)
    actions.initialize(repeating: sigaction(), count: 32)
    return actions
  }()

  /// Installs the handlers when it is first asked for.
  static let areInstalled: Bool = {
    // What the handler reads exists before it can be called.
    _ = (Notes.lengths, Notes.threads, Notes.texts)
    for number in signals {
      sigaction(number, nil, previous + Int(number))
      _ = signal(number, writeNotes)
    }
    return true
  }()
}

/// Writes the notes of this thread, or all of them where it has none: arithmetic may run on threads of its own.
private func writeNotes(_ number: Int32) {
  let own = currentThread()
  var isFound = false
  var slot = 0
  while slot < Notes.capacity {
    if Notes.lengths[slot] > 0, Notes.threads[slot] == own {
      isFound = true
      writeNote(slot)
    }
    slot += 1
  }
  slot = 0
  while slot < Notes.capacity, !isFound {
    if Notes.lengths[slot] > 0 { writeNote(slot) }
    slot += 1
  }
  sigaction(number, Handlers.previous + Int(number), nil)
}

private func writeNote(_ slot: Int) {
  _ = write(STDERR_FILENO, Notes.texts + slot * Notes.room, Notes.lengths[slot])
}

private func currentThread() -> UInt {
  #if canImport(Glibc)
  UInt(pthread_self())
  #else
  UInt(bitPattern: pthread_self())
  #endif
}
