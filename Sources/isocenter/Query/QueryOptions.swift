import ArgumentParser
import DICOM
import DICOMNetwork
import Dispatch
import Foundation

/// What is asked for: level, information model, keys. Shared by find, move and get.
struct QueryOptions: ParsableArguments {
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case patient, study, series, image
        var text: String { rawValue.uppercased() }
    }

    enum Model: String, ExpressibleByArgument, CaseIterable {
        case study, patient
        case patientStudy = "patient-study"

        /// PS3.4 §C.6: the last component of the SOP class is the service.
        fileprivate var root: Int { switch self { case .patient: 1; case .study: 2; case .patientStudy: 3 } }
    }

    enum Service: Int { case find = 1, move, get }

    @Option(help: ArgumentHelp("Level: patient, study, series or image; where not given, as the keys say.", valueName: "level")) var level: Level?
    @Option(help: ArgumentHelp("Information model: study, patient or patient-study root; patient for the patient level.", valueName: "model")) var model: Model?
    @Flag(help: "Ask for relational queries: keys of any level at once.") var relational = false

    @Argument(help: ArgumentHelp(
        "Keys: PatientName=Cur*, 00100010=…, '(0010,0010)=…', RequestAttributesSequence.AccessionNumber=…; without a value it is only returned.", valueName: "key=value"))
    var keys: [String] = []

    func validate() throws {
        for key in keys { do { _ = try QueryKey(key) } catch { throw ValidationError(error.description) } }
    }

    func sopClass(_ service: Service, level: Level) throws -> UID {
        let model = model ?? (level == .patient ? .patient : .study)
        if model == .patientStudy, level == .series || level == .image { throw Failure("the patient-study model ends at the study level") }
        if model == .study, level == .patient { throw Failure("the study root model has no patient level: --model patient") }
        guard let uid = UID("1.2.840.10008.5.1.4.1.2.\(model.root).\(service.rawValue)") else { throw Failure("no such model") }
        return uid
    }

    /// The deepest level of which a unique key has a value.
    func levelOfKeys() throws -> Level? {
        let tags = Set(try keys.map { try QueryKey($0) }.filter { $0.path.count == 1 && !($0.value ?? "").isEmpty }.map { $0.path[0] })
        if tags.contains(.sopInstanceUID) { return .image }
        if tags.contains(.seriesInstanceUID) { return .series }
        if tags.contains(.studyInstanceUID) { return .study }
        return tags.contains(.patientID) ? .patient : nil
    }

    /// - Parameter returned: keys that are returned beside those with values.
    func identifier(level: Level, returned: [QueryKey] = []) throws -> DataSet {
        var identifier = DataSet([DataElement(.queryRetrieveLevel, .CS, level.text)])
        let all = returned + (try keys.map { try QueryKey($0) })
        for key in all { key.add(to: &identifier) }
        if all.contains(where: { !($0.value ?? "").utf8.allSatisfy { $0 < 0x80 } }) {
            identifier.set(DataElement(.specificCharacterSet, .CS, "ISO_IR 192"))
        }
        return identifier
    }

    static let transferSyntaxes = [TransferSyntax.explicitVRLittleEndian.uid, TransferSyntax.implicitVRLittleEndian.uid]
}

/// Ctrl-C: the first asks to stop, a second ends the program at once.
final class Interrupt {
    private let source: any DispatchSourceSignal

    init(_ call: @escaping @Sendable () -> Void) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT)
        source.setEventHandler {
            signal(SIGINT, SIG_DFL)
            call()
        }
        source.resume()
    }

    deinit { signal(SIGINT, SIG_DFL) }
}
