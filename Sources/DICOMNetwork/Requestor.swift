import DICOM
import NIOCore
import NIOPosix

/// Whom to call, and as whom.
public struct Requestor: Sendable {
    public var host: String
    public var port: Int
    public var calledAETitle: AETitle
    public var callingAETitle: AETitle
    public var limits: NetworkLimits
    public var group: any EventLoopGroup
    public var onEnd: @Sendable (AssociationRecord) -> Void

    // MARK: What is proposed beside presentation contexts (PS3.7 §D.3.3)

    /// Roles that we would take for a SOP class; without one we are user only. C-GET needs `scp` for the classes it may bring.
    public var roles: [RoleSelection] = []
    public var extendedNegotiations: [ExtendedNegotiation] = []
    public var commonExtendedNegotiations: [CommonExtendedNegotiation] = []
    /// Secret; never logged.
    public var userIdentity: UserIdentity?
    /// How many operations we would have outstanding, and perform at once; 0 is no limit. nil: one of each.
    public var window: AsynchronousOperationsWindow?

    /// nil calls a plain DICOM port.
    public var tls: TLSClient?

    public init(
        host: String, port: Int, calledAETitle: AETitle, callingAETitle: AETitle,
        limits: NetworkLimits = NetworkLimits(), group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        onEnd: @escaping @Sendable (AssociationRecord) -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.limits = limits
        self.group = group
        self.onEnd = onEnd
    }

    /// One presentation context to propose; of its transfer syntaxes the peer takes one.
    public struct Proposal: Sendable {
        public var sopClass: UID
        public var transferSyntaxes: [UID]

        public init(_ sopClass: UID, _ transferSyntaxes: [UID]) {
            self.sopClass = sopClass
            self.transferSyntaxes = transferSyntaxes
        }

        public static let verification = Proposal(CommandSet.verification, [TransferSyntax.implicitVRLittleEndian.uid])
    }

    /// Connects and negotiates.
    ///
    /// - Parameter proposals: at most 128.
    /// - Throws: `cannotConnect`, `rejected`, or `ended` saying how it went wrong. That a context is not accepted is no error
    ///   here: ask `context(for:transferSyntax:)`.
    public func connect(_ proposals: [Proposal]) async throws(NetworkError) -> Association {
        let request = try request(proposals)
        // A literal IPv6 address may come in the brackets of a URL.
        let host = PeerAddress.withoutBrackets(host)
        let channel: any Channel
        let inbox: Inbox
        do {
            (channel, inbox) = try await ClientBootstrap(group: group)
                .connectTimeout(limits.connectTimeout)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .channelOption(.maxMessagesPerRead, value: 2)
                .channelOption(.recvAllocator, value: limits.recvAllocator)
                .connect(host: host, port: port) { [limits, onEnd, host, port, tls] channel in
                    channel.eventLoop.makeCompletedFuture {
                        let inbox = Inbox(limit: limits.receiveQueueLength) {
                            channel.triggerUserOutboundEvent(LocalRequest.resumeReading, promise: nil)
                        }
                        let handler = AssociationHandler(
                            request: request, address: PeerAddress(host: host, port: port),
                            limits: limits, inbox: inbox, onEnd: onEnd
                        )
                        try channel.pipeline.syncOperations.addHandler(QuickAcknowledgement())
                        if let tls { try channel.pipeline.syncOperations.addHandler(tls.handler(host: host)) }
                        try channel.pipeline.syncOperations.addHandler(handler)
                        return (channel, inbox)
                    }
                }
        } catch {
            throw .cannotConnect(host: host, port: port, Self.words(error, limits))
        }
        do throws(NetworkError) {
            guard case .element(.accepted(let answer)) = try await inbox.take(.establishment) else {
                throw .unexpectedResponse("neither A-ASSOCIATE-AC nor -RJ")
            }
            return Association(
                address: PeerAddress(host: host, port: port), isRequestor: true, request: request, answer: answer,
                tls: tls == nil ? nil : await TLSSession.of(channel), limits: limits, channel: channel, inbox: inbox
            )
        } catch .ended(.rejected(let reject)) {
            throw .rejected(reject)
        } catch {
            channel.triggerUserOutboundEvent(LocalRequest.abort(.abortedByUs("\(error)"), close: true), promise: nil)
            throw error
        }
    }

    private func request(_ proposals: [Proposal]) throws(NetworkError) -> AssociateRequest {
        guard proposals.count <= NetworkLimits.presentationContexts else {
            throw .noContextAccepted(
                sopClass: "\(proposals.count) contexts",
                "an association holds \(NetworkLimits.presentationContexts) presentation contexts at most"
            )
        }
        var information = UserInformation()
        information.maximumLength = limits.announcedLength
        information.implementationClassUID = Implementation.classUID
        information.implementationVersionName = Implementation.versionName
        information.asynchronousOperationsWindow = window
        information.roleSelections = roles
        information.extendedNegotiations = extendedNegotiations
        information.commonExtendedNegotiations = commonExtendedNegotiations
        information.userIdentity = userIdentity
        let contexts = proposals.enumerated().map { index, proposal in
            ProposedContext(
                id: UInt8(2 * index + 1), abstractSyntax: proposal.sopClass, transferSyntaxes: proposal.transferSyntaxes
            )
        }
        return AssociateRequest(
            calledAETitle: calledAETitle, callingAETitle: callingAETitle,
            presentationContexts: contexts, userInformation: information
        )
    }

    private static func words(_ error: any Error, _ limits: NetworkLimits) -> String {
        switch error {
        case ChannelError.connectTimeout: "no answer within \(limits.connectTimeout.wholeSeconds) s"
        case let error as NIOConnectionError: words(error, limits)
        default: DICOMNetwork.words(error)
        }
    }

    /// One host name may stand for several addresses, each with its own failure.
    private static func words(_ error: NIOConnectionError, _ limits: NetworkLimits) -> String {
        if let last = error.connectionErrors.last { return words(last.error, limits) }
        if error.dnsAError != nil || error.dnsAAAAError != nil { return "the host name is not known" }
        return "no address to connect to"
    }
}
