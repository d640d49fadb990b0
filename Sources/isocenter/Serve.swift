import ArgumentParser
import Foundation
import IsocenterServer
import Logging

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the archive: DICOM port, DICOMweb and web page.",
        discussion: "Prints 'ready http=… dimse=… [dimse-tls=…]' when it listens. Ends cleanly on SIGTERM and SIGINT.")

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Port of the web page and DICOMweb; 0 chooses a free one.", valueName: "port"))
    var httpPort: Int?

    @Option(help: ArgumentHelp("DICOM port; 0 chooses a free one.", valueName: "port"))
    var dimsePort: Int?

    @Option(help: ArgumentHelp("Our AE title.", valueName: "title"))
    var aet: String?

    func run() async throws {
        let settings = try common.settings([
            (Settings.httpPort.key, "--http-port", httpPort.map(String.init)),
            (Settings.dimsePort.key, "--dimse-port", dimsePort.map(String.init)),
            (Settings.aeTitle.key, "--aet", aet),
        ])
        let logger = makeLogger("isocenter", level: Logger.Level(rawValue: settings[Settings.logLevel]) ?? .info)
        do {
            let server = try await Server.open(settings, version: version, logger: logger)
            try await server.run { addresses in announce(addresses, settings) }
        } catch {
            throw Failure("cannot serve: \(error)")
        }
    }

    private func announce(_ addresses: Server.Addresses, _ settings: Settings) {
        tell("""

            Isocenter \(version)
              web page     \(addresses.http)
              DICOM        AE title \(settings[Settings.aeTitle]), port \(addresses.dimsePort)\(addresses.dimseTLSPort.map { ", with TLS \($0)" } ?? "")
              data folder  \(URL(fileURLWithPath: settings[Settings.data]).path)
            """)
        if let link = addresses.setupLink {
            tell("""
                  first login  \(link)
                               (once, within an hour: makes the administrator)
                """)
        }
        tell("")
        // Not through a buffer: whoever waits for this line reads a pipe.
        FileHandle.standardOutput.write(Data("ready http=\(addresses.http) dimse=\(addresses.dimsePort)\(addresses.dimseTLSPort.map { " dimse-tls=\($0)" } ?? "")\n".utf8))
    }
}
