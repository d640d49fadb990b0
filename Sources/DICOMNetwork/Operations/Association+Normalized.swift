import DICOM
import NIOCore

/// DIMSE-N operations and notifications (PS3.7 §10), by whichever side invokes them.
///
/// All throw `NetworkError`, `WriteError` where our data set cannot be encoded, `ReadError` where the peer's is none. A status
/// of failure is no error.
extension Association {
    /// N-ACTION (PS3.7 §10.1.4).
    public func action(
        _ type: UInt16, on sopInstance: UID, of sopClass: UID, in context: PresentationContext, information: DataSet? = nil
    ) async throws -> DIMSEResponse {
        let request = CommandSet.actionRequest(type, sopClass: sopClass, sopInstance: sopInstance, hasDataSet: information != nil)
        return try await perform(request, in: context, information)
    }

    /// N-EVENT-REPORT (PS3.7 §10.1.1).
    public func eventReport(
        _ type: UInt16, on sopInstance: UID, of sopClass: UID, in context: PresentationContext, information: DataSet? = nil
    ) async throws -> DIMSEResponse {
        let request = CommandSet.eventReportRequest(type, sopClass: sopClass, sopInstance: sopInstance, hasDataSet: information != nil)
        return try await perform(request, in: context, information)
    }

    /// N-CREATE (PS3.7 §10.1.5).
    ///
    /// - Parameter sopInstance: nil leaves the choice to the peer, which says it in `affectedSOPInstanceUID`.
    public func create(
        _ sopInstance: UID?, of sopClass: UID, in context: PresentationContext, attributes: DataSet? = nil
    ) async throws -> DIMSEResponse {
        let request = CommandSet.createRequest(sopClass: sopClass, sopInstance: sopInstance, hasDataSet: attributes != nil)
        return try await perform(request, in: context, attributes)
    }

    /// N-SET (PS3.7 §10.1.3).
    public func set(
        _ attributes: DataSet, on sopInstance: UID, of sopClass: UID, in context: PresentationContext
    ) async throws -> DIMSEResponse {
        try await perform(.setRequest(sopClass: sopClass, sopInstance: sopInstance), in: context, attributes)
    }

    /// N-GET (PS3.7 §10.1.2).
    ///
    /// - Parameter attributes: what is wanted; empty is everything.
    public func get(
        _ attributes: [Tag], on sopInstance: UID, of sopClass: UID, in context: PresentationContext
    ) async throws -> DIMSEResponse {
        try await perform(.attributesRequest(attributes, sopClass: sopClass, sopInstance: sopInstance), in: context, nil)
    }

    /// N-DELETE (PS3.7 §10.1.6).
    public func delete(_ sopInstance: UID, of sopClass: UID, in context: PresentationContext) async throws -> DIMSEResponse {
        try await perform(.deleteRequest(sopClass: sopClass, sopInstance: sopInstance), in: context, nil)
    }

    private func perform(_ request: CommandSet, in context: PresentationContext, _ dataSet: DataSet?) async throws -> DIMSEResponse {
        let bytes = try dataSet.map { try DataSetWriter.encode($0, as: TransferSyntax(context.transferSyntax)) }
        var command = request
        command.messageID = try await beginOperation(request.field)
        defer { operations.end(command.messageID) }
        if let bytes {
            try await send(command, in: context, dataSet: ByteBuffer(bytes: bytes))
        } else {
            try await send(command, in: context)
        }
        return try decoded(try await operations.next(of: command.messageID))
    }
}
