import Archive
import ArgumentParser
import Foundation
import IsocenterServer
import Workflow

/// What the archive holds and shall be sent, queued for the running server.
struct HeldOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Study Instance UID of what the archive holds.", valueName: "uid")) var study: String?
    @Option(help: ArgumentHelp("Series Instance UID; may be repeated.", valueName: "uid")) var series: [String] = []
    @Option(help: ArgumentHelp("SOP Instance UID; may be repeated.", valueName: "uid")) var instance: [String] = []
    @Flag(help: "Return when it is queued.") var detach = false

    var isEmpty: Bool { study == nil && series.isEmpty && instance.isEmpty }

    func send(to peer: PeerOptions, json: Bool) async throws {
        let settings = try peer.common.settings()
        let archive: Archive
        do { archive = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: makeLogger("send")) } catch {
            throw Failure("\(error)")
        }
        defer { archive.close() }
        let known: Peer
        switch try await peer.destination() {
        case .node(let node): known = node.peer
        case .web(let web):
            guard web.service.authentication == .none || web.peer.web?.secretFile != nil else { throw Failure("a job outlives this command: its password or token stands in a file") }
            known = web.peer
        }
        var job = SendJob(study: study, series: series.isEmpty ? nil : series, instances: instance.isEmpty ? nil : instance)
        if PeerOptions.isAddress(known.name) { job.address = known } else { job.peer = known.name }
        do {
            let jobs = try await JobTable(archive.database)
            let id = try await job.queue(in: jobs, archive, for: .everything)
            if detach { return said(json, id, "queued", "queued as job \(id)") }
            try await follow(id, jobs, json)
        } catch let error as SendError {
            throw Failure("\(error)")
        }
    }

    private func follow(_ id: Int64, _ jobs: JobTable, _ json: Bool) async throws {
        var last = ""
        while let job = try await jobs.job(id) {
            if job.state.isFinished {
                said(json, id, job.state.rawValue, "job \(id) \(job.state.rawValue): \(job.message ?? "\(job.done) of \(job.total) sent")")
                if job.state != .done { throw ExitCode(1) }
                return
            }
            let line = "\(job.done) of \(job.total) sent" + (job.message.map { "; \($0)" } ?? "")
            if line != last, !json { tell(line) }
            last = line
            try await Task.sleep(for: .milliseconds(300))
        }
        throw Failure("job \(id) is not known any longer")
    }

    private func said(_ json: Bool, _ id: Int64, _ state: String, _ words: String) {
        if json { SendTally.line(["job": "\(id)", "state": state, "message": words]) } else { print(words) }
    }
}
