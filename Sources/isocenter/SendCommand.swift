import ArgumentParser
import DICOM
import DICOMNetwork

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send files, folders or ZIPs to a DICOM node (C-STORE), each in the transfer syntax it has.")

    @OptionGroup var peer: PeerOptions
    @Argument(help: "Files, folders, ZIPs, DICOMDIRs.", completion: .file()) var paths: [String]

    func run() async throws {
        let node = try await peer.node()
        let scu = StoreSCU(requestor: node.requestor)
        var tally = Tally()
        var group: [OutgoingFile] = []
        func flush() async throws {
            do {
                try await scu.send(group) { file, result in tally.add(file.name, result) }
            } catch let error as NetworkError {
                throw Failure("\(node.description): \(error)")
            }
            group = []
        }
        try await ImportSource(paths: paths).forEach { item in
            do {
                group.append(try OutgoingFile(item))
            } catch {
                tally.skip(item.name, "\(error)")
            }
            if group.count == StoreSCU.groupSize { try await flush() }
        } problem: { path, why in
            tally.skip(path, why)
        }
        try await flush()
        print("sent \(tally.stored), not sent \(tally.refused), not DICOM or unreadable \(tally.skipped)")
        if tally.refused > 0 || tally.stored == 0 { throw ExitCode(1) }
    }

    private struct Tally {
        var stored = 0, refused = 0, skipped = 0

        mutating func add(_ name: String, _ result: StoreSCU.Result) {
            switch result {
            case .stored: stored += 1
            case .warned(let words):
                stored += 1
                tell("\(name): stored with a remark: \(words)")
            case .refused(let words):
                refused += 1
                tell("\(name): \(words)")
            }
        }

        mutating func skip(_ name: String, _ why: String) {
            skipped += 1
            tell("\(name): \(why)")
        }
    }
}
