import Archive
import DICOM
import DICOMImage
import DICOMNetwork
import Logging
import Workflow

extension ServiceTable {
    /// Every service of the DICOM port.
    init(archive: Archive, peers: PeerTable, sender: Sender, commitments: Commitments, coding: any FrameCoding, settings: Settings, logger: Logger) {
        let store = StoreSCP(archive: archive, onConflict: ConflictPolicy(rawValue: settings[Settings.onConflict]) ?? .keepFirst, logger: logger)
        let fallback = FallbackRetrieval(archive: archive, peers: peers, dialer: sender.dialer, logger: logger)
        entries = [
            ServiceEntry(
                sopClasses: { $0 == CommandSet.verification }, commands: [.cEchoRequest], needs: nil, transferSyntaxes: .littleEndian,
                service: VerificationSCP()),
            // Every transfer syntax is kept as it comes. What the standard knows as something else than storage is no object to keep.
            ServiceEntry(
                sopClasses: { SOPClassTable.isArchived($0) || UIDTable.entry(for: $0) == nil }, commands: [.cStoreRequest],
                needs: .store, transferSyntaxes: .proposersFirst, use: .withWhoMay(.retrieve), service: store),
            FindSCP.entry(archive: archive, logger: logger),
            MoveSCP(archive: archive, peers: peers, sender: sender, coding: coding, fallback: fallback, logger: logger).entry,
            GetSCP(archive: archive, coding: coding, fallback: fallback, logger: logger).entry,
        ] + commitments.entries
    }
}
