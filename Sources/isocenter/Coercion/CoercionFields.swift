import ArgumentParser
import DICOM
import Workflow

/// The rules of a peer on the command line; what is not said stays as it is.
struct CoercionFields: ParsableArguments {
    @Option(help: ArgumentHelp("Rules (JSON) for what is shown otherwise than it came from there; 'none' for none.", valueName: "file"), completion: .file(extensions: ["json"]))
    var coercionIn: String?
    @Option(help: ArgumentHelp("Rules (JSON) for what is sent there otherwise than it is here; 'none' for none.", valueName: "file"), completion: .file(extensions: ["json"]))
    var coercionOut: String?
    @Option(help: ArgumentHelp("Rules (JSON) for what is refused from there; 'none' for none.", valueName: "file"), completion: .file(extensions: ["json"]))
    var acceptance: String?

    func apply(to peer: inout Peer) throws {
        func rules(_ file: String) throws -> CoercionRules { file == "none" ? .none : try CoercionRules(file: file) }
        if let coercionIn { peer.coercionIn = try rules(coercionIn) }
        if let coercionOut { peer.coercionOut = try rules(coercionOut) }
        if let acceptance { peer.acceptance = try rules(acceptance) }
    }
}
