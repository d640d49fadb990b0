import Archive
import DICOM
import DICOMNetwork
import Logging

/// Retrieves from another archive what is asked for and not here: by C-MOVE to ourselves, so that it is stored as anything that is
/// sent to us. Off unless a peer is marked (`Peer.isFallback`).
public struct FallbackRetrieval: Sendable {
    private let archive: Archive
    private let peers: PeerTable
    private let dialer: Dialer
    private let logger: Logger

    public init(archive: Archive, peers: PeerTable, dialer: Dialer, logger: Logger) {
        self.archive = archive
        self.peers = peers
        self.dialer = dialer
        self.logger = logger
    }

    /// Asks one archive after the other for the studies that a retrieve names, until one has had some of it.
    ///
    /// - Parameter caller: who asks; another archive that asks us is not answered by asking others, which might ask us.
    public func fetch(_ retrieval: Retrieval, for caller: Peer, as title: AETitle?) async throws {
        guard !caller.isFallback, !retrieval.studies.isEmpty else { return }
        let others = try await peers.all().filter { $0.isFallback && $0.host != nil }
        guard !others.isEmpty else { return }
        var missing: [UID] = []
        for study in retrieval.studies where try await archive.count(of: Retrieval(.study, studies: [study]), for: .everything) == 0 { missing.append(study) }
        guard !missing.isEmpty else { return }
        for peer in others {
            do {
                if try await move(missing, from: peer, to: title ?? dialer.callingAETitle) { return }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.warning("\(peer.words) was asked for a study that is not here: \(error)")
            }
        }
    }

    /// Whether something came.
    private func move(_ studies: [UID], from peer: Peer, to title: AETitle) async throws -> Bool {
        guard let sopClass = UID(Self.studyRootMove) else { return false }
        let association = try await dialer.associate(
            peer, [.init(sopClass, [TransferSyntax.explicitVRLittleEndian.uid, TransferSyntax.implicitVRLittleEndian.uid])], calling: title)
        let identifier = DataSet([
            DataElement(.queryRetrieveLevel, .CS, strings: ["STUDY"]), DataElement(.studyInstanceUID, .UI, strings: studies.map(\.text)),
        ])
        do {
            let final = try await association.move(identifier, to: title, in: try association.context(for: sopClass)).final()
            try await association.release()
            let came = final.command[number: .numberOfCompletedSuboperations] ?? 0
            if final.status != .success { logger.warning("\(peer.words), asked for a study that is not here: \(final.status) \(final.command.errorComment ?? "")") }
            return came > 0
        } catch {
            association.abort("\(error)")
            throw error
        }
    }

    private static let studyRootMove = "1.2.840.10008.5.1.4.1.2.2.2"
}
