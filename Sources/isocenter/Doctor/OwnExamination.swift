import Archive
import DICOMNetwork
import Foundation
import IsocenterServer
import NIOCore
import Workflow

/// Looks at our own side: does a server run, where, for whom, and what went wrong lately.
struct OwnExamination {
    let settings: Settings
    var report: DoctorReport

    mutating func run() async throws {
        let folder = settings[Settings.data]
        guard FileManager.default.fileExists(atPath: folder) else {
            return report.add("folder", false, "there is no data folder '\(folder)'", remedy: "Name it with --data, or start the server, which makes it: isocenter serve --data \(folder)")
        }
        let archive: Archive
        do throws(ArchiveError) {
            archive = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: makeLogger("doctor"))
        } catch {
            return report.add("folder", false, "\(error)")
        }
        defer { archive.close() }
        let totals = try await archive.totals()
        report.add("folder", true, "\(folder): \(totals.studies) studies, \(totals.instances) objects")
        await server(archive)
        addresses()
        try await peers(archive)
        try await associations(archive)
    }

    private mutating func server(_ archive: Archive) async {
        var port = settings[Settings.dimsePort], title = settings[Settings.aeTitle]
        // A folder on which no server has run: the settings say where one would listen.
        if let serving = try? await ServingRecord(archive.database).last() { (port, title) = (serving.dimsePort, serving.aeTitle) }
        guard let called = AETitle(title) else { return }
        let requestor = Requestor(host: "127.0.0.1", port: port, calledAETitle: called, callingAETitle: called)
        do throws(NetworkError) {
            let start = ContinuousClock.now
            let association = try await requestor.connect([.verification])
            try await association.release()
            report.add("server", true, "\(title) answers on DICOM port \(port)", milliseconds: start.duration(to: .now).milliseconds)
        } catch .cannotConnect {
            report.add("server", false, "nothing listens on DICOM port \(port)", remedy: "Start the server: isocenter serve --data \(settings[Settings.data]); its log says why where it does not start.")
        } catch .rejected {
            report.add("server", true, "\(title) listens on DICOM port \(port), and does not know this machine as a caller (dimse.loopbackPeers)")
        } catch {
            let explanation = Explanation(of: error, calling: called, called: called, host: "127.0.0.1", port: port)
            report.add("server", false, explanation.summary, remedy: explanation.remedy)
        }
    }

    private mutating func addresses() {
        // Without a list of interfaces there is nothing to show.
        let own = ((try? System.enumerateDevices()) ?? []).compactMap { device in device.address?.ipAddress.map { (device.name, $0) } }
        let outer = own.filter { !$0.1.hasPrefix("127.") && $0.1 != "::1" && !$0.1.hasPrefix("fe80") }
        let host = settings[Settings.dimseHost]
        let isLocal = host == "127.0.0.1" || host == "::1" || host == "localhost"
        report.add(
            "addresses", !isLocal, isLocal ? "the DICOM port listens on this machine alone (dimse.host: \(host))" : "reached as \(outer.isEmpty ? "this machine alone: it has no other address" : outer.map(\.1).joined(separator: ", "))",
            remedy: isLocal ? "For callers from elsewhere: dimse.host: 0.0.0.0" : nil)
    }

    private mutating func peers(_ archive: Archive) async throws {
        let known = try await PeerTable(archive.database).all()
        let settled = settings[Settings.peers]
        let isEmpty = known.isEmpty && settled.isEmpty
        let details = known.map { peer in
            "\(peer.name): \(peer.aeTitle)" + (peer.host.map { " at \($0)\(peer.port.map { ":\($0)" } ?? "")" } ?? ", calls only") + ", \(peer.services.map(\.rawValue).sorted().joined(separator: " "))"
        } + settled.map { "\($0): by the settings" }
        report.add(
            "peers", true, isEmpty ? "none known\(settings[Settings.loopbackPeers] ? " but this machine itself" : "")" : "\(known.count + settled.count) known",
            remedy: isEmpty ? "isocenter peers add NAME --aet AET --host HOST --port N" : nil, details: details)
    }

    private mutating func associations(_ archive: Archive) async throws {
        let failed = try await AssociationTable(archive.database).list(failed: true, limit: 5)
        let details = failed.flatMap { association in
            let explanation = Explanation(of: association, ourTitle: settings[Settings.aeTitle])
            let times = association.times > 1 ? " (\(association.times) times)" : ""
            return ["\(localTime(association.ended)) \(explanation.summary)\(times)"] + (explanation.remedy.map { ["  → \($0)"] } ?? [])
        }
        report.add("associations", true, failed.isEmpty ? "none that failed in the log" : "the last that failed:", details: details)
    }
}
