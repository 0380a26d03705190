/// Ends the program with a message where something doesn't hold, in release builds too: `precondition` drops its message there,
/// and all that is seen is a signal.
///
/// For what only a mistake in code can bring about, and for accessors that can't throw. What depends on a caller's data throws
/// an error instead. A condition costs what it costs, so it stands before a loop over elements and not in it.
@inlinable @inline(__always)
package func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition() { endProgram(message, file: file, line: line) }
}

/// Out of line, so that what is checked in a hot function is a comparison and a branch.
@usableFromInline @inline(never)
package func endProgram(_ message: () -> String, file: StaticString, line: UInt) -> Never {
  fatalError(message(), file: file, line: line)
}
