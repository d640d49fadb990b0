import ArgumentParser
import DICOMNetwork

struct Echo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ask a DICOM node whether it is there (C-ECHO).")

    @OptionGroup var peer: PeerOptions

    func run() async throws {
        let node = try await peer.node()
        let clock = ContinuousClock()
        try await node.speaking { requestor in
            let start = clock.now
            let association = try await requestor.connect([.verification])
            let status = try await association.echo()
            let took = clock.now - start
            try await association.release()
            guard status == .success else { throw Failure("\(node.description) answered \(status)") }
            print("\(node.description) answers (\(took.formatted(.units(allowed: [.milliseconds]))))")
        }
    }
}
