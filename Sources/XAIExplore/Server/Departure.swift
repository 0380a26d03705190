import NIOCore

/// Notices that the client of a connection has gone, while its request is worked on.
///
/// The connection is read ahead as far as it may be, so that its end is seen although nobody asks for more.
final class DepartureHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  private var hasGone = false
  private var isGone: (@Sendable () -> Void)?

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed { depart() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    depart()
    context.fireChannelInactive()
  }

  private func depart() {
    hasGone = true
    isGone?()
    isGone = nil
  }

  /// Sets what is called when the client goes, at once where it has gone; nil for nothing.
  fileprivate func watch(_ isGone: (@Sendable () -> Void)?) {
    guard hasGone else {
      self.isGone = isGone
      return
    }
    isGone?()
  }
}

/// Does some work for the client of a connection, and cancels it where the client goes away.
func working<Value: Sendable>(
  for channel: any Channel, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let task = Task { try await work() }
  try await watch(channel) { task.cancel() }
  let result = await withTaskCancellationHandler {
    await task.result
  } onCancel: {
    task.cancel()
  }
  try await watch(channel, nil)
  return try result.get()
}

private func watch(_ channel: any Channel, _ isGone: (@Sendable () -> Void)?) async throws {
  try await channel.eventLoop.submit {
    try channel.pipeline.syncOperations.handler(type: DepartureHandler.self).watch(isGone)
  }.get()
}
