import NIOCore

/// Acknowledges at once what is read (`TCP_QUICKACK`, tcp(7)).
///
/// Stock DCMTK senders leave Nagle's algorithm on and write a PDU in pieces: the rest of a message then waits for the
/// delayed acknowledgement of its first part, 40 ms an instance. The kernel forgets the setting, so it is renewed before
/// each read; it costs one system call a read.
final class QuickAcknowledgement: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    #if os(Linux)
    private static let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 12))

    func read(context: ChannelHandlerContext) {
        // Without it all works, only slower: a connection that just closed refuses it.
        try? context.channel.syncOptions?.setOption(Self.option, value: 1)
        context.read()
    }
    #endif
}
