import Archive
import ArgumentParser
import DICOM
import DICOMNetwork
import Demo
import IsocenterServer
import NIOCore

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Fill the running archive with generated studies, through its own DICOM port.",
        discussion: """
            A CT of a phantom and its follow-up, an MR in three planes, a radiograph, an ultrasound clip: generated, no person, no download. \
            Repeating the command changes nothing.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Only every n-th pixel and slice, for a quick look.", valueName: "n")) var scale = 1

    func validate() throws {
        guard (1...16).contains(scale) else { throw ValidationError("--scale is 1 to 16") }
    }

    func run() async throws {
        let settings = try common.settings()
        let (port, called) = try await server(settings)
        guard let called = AETitle(called), let calling = AETitle("ISOCENTER-DEMO") else { throw Failure("an AE title is wrong") }
        let requestor = Requestor(host: "127.0.0.1", port: port, calledAETitle: called, callingAETitle: calling)
        do {
            // Before anything is computed: is there somebody to take it?
            try await requestor.connect([.verification]).release()
            for study in DemoStudies.all(scale: scale) { try await store(study, with: requestor) }
        } catch let error as NetworkError {
            throw Failure("the archive on DICOM port \(port): \(error); is it running? 'isocenter serve' starts it")
        }
    }

    /// Where the server of the data folder listens, or would listen by its settings.
    private func server(_ settings: Settings) async throws -> (port: Int, aeTitle: String) {
        do throws(ArchiveError) {
            let beside = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: makeLogger("demo"))
            defer { beside.close() }
            do {
                if let serving = try await ServingRecord(beside.database).last() { return (serving.dimsePort, serving.aeTitle) }
            } catch {
                // A data folder on which no server has run yet: the settings say where one would listen.
            }
        } catch {
            throw Failure("\(error)")
        }
        return (settings[Settings.dimsePort], settings[Settings.aeTitle])
    }

    private func store(_ study: DemoStudy, with requestor: Requestor) async throws {
        guard let first = study.instances.first?.dataSet(), let sopClass = first.uid(.sopClassUID) else { return }
        let syntax = TransferSyntax.explicitVRLittleEndian
        let association = try await requestor.connect([Requestor.Proposal(sopClass, [syntax.uid])])
        let context = try association.context(for: sopClass, transferSyntax: syntax.uid)
        for instance in study.instances {
            let dataSet = instance.dataSet()
            guard let uid = dataSet.uid(.sopInstanceUID) else { continue }
            let bytes = ByteBuffer(bytes: try DataSetWriter.encode(dataSet, as: syntax))
            let response = try await association.store(sopClass: sopClass, sopInstance: uid, in: context, dataSet: bytes)
            guard response.status == .success else {
                association.abort("refused")
                throw Failure("\(study.title): refused: \(response.errorComment ?? "\(response.status ?? .processingFailure)")")
            }
        }
        try await association.release()
        print("\(study.title): \(study.instances.count) \(study.instances.count == 1 ? "image" : "images")")
    }
}
