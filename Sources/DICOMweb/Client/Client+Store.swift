import AsyncHTTPClient
import DICOM

extension Client {
    /// Sends instances (STOW-RS, PS3.18 §10.5), bounded numbers in one request, and tells what the server says of each.
    ///
    /// - Parameters:
    ///   - study: the only study they may belong to; nil: any.
    ///   - told: in the order of `objects`, once a request is answered.
    /// - Throws: `RemoteError` where a request was not answered or refused whole: those not told are not known to be stored;
    ///   `StoreBodyError` where one of ours cannot be read; `CancellationError`.
    public func store(_ objects: [StoreObject], study: String? = nil, told: (StoreObject, RemoteOutcome) async throws -> Void) async throws {
        for group in Self.groups(objects, service.limits) {
            try Task.checkCancellation()
            let answer = try await store(group, study)
            for object in group { try await told(object, answer.outcome(of: object.sopInstance)) }
        }
    }

    /// In their order, up to the limits of a request. What is there twice goes in two: an answer names instances, not parts.
    static func groups(_ objects: [StoreObject], _ limits: RemoteService.Limits) -> [[StoreObject]] {
        var groups: [[StoreObject]] = []
        var group: [StoreObject] = [], bytes: UInt64 = 0, instances = Set<UID>()
        func isFull(_ object: StoreObject) -> Bool {
            let (sum, overflows) = bytes.addingReportingOverflow(object.estimate)
            return group.count >= max(1, limits.storedInstances) || overflows || sum > limits.storedBytes || instances.contains(object.sopInstance)
        }
        for object in objects {
            if !group.isEmpty, isFull(object) {
                groups.append(group)
                (group, bytes, instances) = ([], 0, [])
            }
            group.append(object)
            bytes = bytes &+ object.estimate
            instances.insert(object.sopInstance)
        }
        return group.isEmpty ? groups : groups + [group]
    }

    private func store(_ group: [StoreObject], _ study: String?) async throws -> StoreAnswer {
        let framing = StoreFraming()
        let length = framing.length(group.map(\.size))
        var request = Request(url: service.url.resource(["studies"] + (study.map { [$0] } ?? [])), accept: "\(Self.json), application/dicom+xml;q=0.5")
        request.method = .POST
        request.contentType = framing.contentType
        request.body = { .stream(StoreBody(objects: group, framing: framing), length: length.map { .known($0) } ?? .unknown) }
        let response = try await perform(request, accepting: [200, 202, 409])
        return try Self.answer(try await document(response), response)
    }

    /// 409 without a list says that it took nothing (PS3.18 Table 10.5.3-1); 200 and 202 without one say of no instance that it is stored.
    private static func answer(_ bytes: [UInt8], _ response: Response) throws(RemoteError) -> StoreAnswer {
        let type = response.contentType?.name
        switch type {
        case "application/dicom+xml" where !bytes.isEmpty:
            do throws(DICOMXMLError) { return StoreAnswer(try DICOMXML.decode(bytes)) } catch {
                throw RemoteError(.malformed, url: response.url, status: response.status, "its answer to the store cannot be read: \(error)")
            }
        case json, "application/json", nil:
            return StoreAnswer(try dataSets(bytes, response).first ?? DataSet())
        default:
            if response.status == 409 { throw RemoteError(.status, url: response.url, status: 409, RemoteError.words(of: String(decoding: bytes.prefix(8 << 10), as: UTF8.self), isMarkup: true)) }
            throw RemoteError(
                .malformed, url: response.url, status: response.status,
                "it answers the store in \(RemoteError.words(of: type ?? "", isMarkup: false)), which does not say what it stored")
        }
    }
}
