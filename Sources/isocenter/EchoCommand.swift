import ArgumentParser
import DICOMNetwork

struct Echo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ask a DICOM node whether it is there (C-ECHO).")

    @OptionGroup var peer: PeerOptions

    func run() async throws {
        let clock = ContinuousClock()
        do {
            let start = clock.now
            let association = try await peer.requestor().connect([.verification])
            let status = try await association.echo()
            let took = clock.now - start
            try await association.release()
            guard status == .success else { throw Failure("\(peer.host):\(peer.port) answered \(status)") }
            print("\(peer.called) at \(peer.host):\(peer.port) answers (\(took.formatted(.units(allowed: [.milliseconds]))))")
        } catch let error as NetworkError {
            throw Failure("\(peer.called) at \(peer.host):\(peer.port): \(error)")
        }
    }
}
