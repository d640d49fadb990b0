import DICOM
import DICOMNetwork

/// What a C-GET proposes to receive: its own context, and 127 for objects (PS3.7 §D.3.3.4).
enum GetProposals {
    private static let mostContexts = 127

    /// Classes whose objects are often compressed get a second context.
    private static let compressible = [
        "1.2", "1.2.1", "1.2.2", "2", "2.1", "4", "4.1", "1", "1.1", "1.1.1", "1.2.840", "6.1", "3.1", "12.1", "12.1.1", "12.2", "12.2.1", "20", "128", "7", "7.2", "7.3",
        "7.4", "13.1.1", "13.1.2", "13.1.3", "77.1.1", "77.1.1.1", "77.1.2", "77.1.2.1", "77.1.4", "77.1.4.1", "77.1.5.1", "77.1.6",
    ].compactMap { UID("1.2.840.10008.5.1.4.1.1.\($0)") }.filter { SOPClassTable.entry(for: $0)?.isStorage == true }

    private static let compressed = ["70", "57", "90", "91", "80", "81", "50", "51", "201", "202", "203", "100", "102", "103", "104"].compactMap { UID("1.2.840.10008.1.2.4.\($0)") }
        + ["1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.99"].compactMap { UID($0) }

    private static let native = [TransferSyntax.explicitVRLittleEndian.uid, TransferSyntax.implicitVRLittleEndian.uid]

    /// What else a study holds, the most usual first: reports, presentation states, documents, segmentations, radiotherapy, waveforms.
    private static let families = ["88", "11", "104", "66", "481", "9", "67", "68", "30"].map { "1.2.840.10008.5.1.4.1.1.\($0)" }

    private static func rank(_ uid: UID) -> Int {
        guard SOPClassTable.entry(for: uid)?.isRetired == false else { return families.count + 1 }
        return families.firstIndex { uid.text == $0 || uid.text.hasPrefix($0 + ".") } ?? families.count
    }

    /// Most wanted first; retired classes last.
    static let all: [Requestor.Proposal] = {
        let images = compressible.flatMap { [Requestor.Proposal($0, native), Requestor.Proposal($0, compressed)] }
        let rest = SOPClassTable.storageClasses.filter { !compressible.contains($0) }
        let ordered = rest.sorted { (rank($0), $0) < (rank($1), $1) }
        return Array((images + ordered.map { Requestor.Proposal($0, native) }).prefix(mostContexts))
    }()

    static var roles: [RoleSelection] {
        var seen = Set<UID>()
        return all.map(\.sopClass).filter { seen.insert($0).inserted }.map { RoleSelection(sopClass: $0, scu: true, scp: true) }
    }
}
