import DICOM

/// Query/retrieve service class, user (PS3.4 Annex C), and whatever else uses these operations.
extension Association {
    /// C-FIND (PS3.7 §9.1.2): each pending response carries a match.
    public func find(
        _ identifier: DataSet, in context: PresentationContext, priority: CommandSet.Priority = .medium
    ) -> DIMSEResponses {
        responses(to: identifier, in: context) { id in
            .findRequest(messageID: id, sopClass: context.abstractSyntax, priority: priority)
        }
    }

    /// C-MOVE (PS3.7 §9.1.4): the objects go to `destination` on associations of their own; the responses count them.
    public func move(
        _ identifier: DataSet, to destination: AETitle, in context: PresentationContext, priority: CommandSet.Priority = .medium
    ) -> DIMSEResponses {
        responses(to: identifier, in: context) { id in
            .moveRequest(messageID: id, sopClass: context.abstractSyntax, destination: destination, priority: priority)
        }
    }

    /// C-GET (PS3.7 §9.1.3): the objects come on this association, in contexts for whose SOP classes we are provider by role
    /// selection.
    ///
    /// Nobody else reads `messages` meanwhile: other requests are answered with Unrecognized Operation.
    ///
    /// - Parameter store: called for each C-STORE-RQ, one after the other, in the task that takes the responses; answered with
    ///   the status it returns. What it throws ends the sequence.
    public func get(
        _ identifier: DataSet, in context: PresentationContext, priority: CommandSet.Priority = .medium,
        store: @escaping @Sendable (IncomingMessage) async throws -> DIMSEStatus
    ) -> DIMSEResponses {
        DIMSEResponses(operation: RespondingOperation(self, context, identifier, store: store) { id in
            .getRequest(messageID: id, sopClass: context.abstractSyntax, priority: priority)
        })
    }

    private func responses(
        to identifier: DataSet, in context: PresentationContext, request: @escaping @Sendable (UInt16) -> CommandSet
    ) -> DIMSEResponses {
        DIMSEResponses(operation: RespondingOperation(self, context, identifier, request: request))
    }
}
