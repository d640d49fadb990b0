import NIOCore

/// On the TLS port, before TLS: tells a peer that does not speak it from one that does by the first byte (RFC 8446 §5.1: a
/// handshake record begins with 22). Removes itself after the first read.
final class PlainPeerDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data).readableBytesView
        guard let first = bytes.first, first != 22 else {
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            return
        }
        let foreign = ForeignProtocol(firstBytes: bytes)
        let failure = first == PDU.Kind.associateRequest.rawValue
            ? TLSFailure.plainDICOM : foreign.map { .foreignProtocol($0) } ?? .other("the peer sent something else than a TLS handshake")
        context.fireErrorCaught(failure)
    }
}
