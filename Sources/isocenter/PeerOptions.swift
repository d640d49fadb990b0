import ArgumentParser
import DICOMNetwork

/// A DICOM node to speak to.
struct PeerOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Name or address of the node.", valueName: "host")) var host: String
    @Argument(help: ArgumentHelp("Its DICOM port.", valueName: "port")) var port: Int
    @Option(help: ArgumentHelp("Its AE title.", valueName: "title")) var called: String = "ANY-SCP"
    @Option(help: ArgumentHelp("Our AE title.", valueName: "title")) var calling: String = "ISOCENTER"

    func validate() throws {
        guard (1...65535).contains(port) else { throw ValidationError("\(port) is no port") }
        for title in [called, calling] where AETitle(title) == nil {
            throw ValidationError("'\(title)' is no AE title: 1 to 16 characters, no backslash or control character")
        }
    }

    func requestor() throws -> Requestor {
        guard let called = AETitle(called), let calling = AETitle(calling) else { throw ValidationError("an AE title is wrong") }
        return Requestor(host: host, port: port, calledAETitle: called, callingAETitle: calling)
    }
}
