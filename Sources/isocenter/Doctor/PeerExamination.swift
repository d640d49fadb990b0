import DICOM
import DICOMNetwork
import Foundation
import NIOCore
import Workflow

/// Tries a peer from the name to the query; each step only where the one before stands.
struct PeerExamination {
    let node: Node
    let storesTestObject: Bool
    var report: DoctorReport

    private var requestor: Requestor { node.requestor }

    mutating func run() async {
        guard let addresses = await resolve(), await connect(addresses), await associate() else { return }
        await contexts()
        if storesTestObject { await store() }
        await query()
    }

    // MARK: Name and port

    private mutating func resolve() async -> [String]? {
        let start = ContinuousClock.now
        do {
            let addresses = try await Reachability.addresses(of: requestor.host)
            if addresses != [requestor.host] {
                report.add("name", true, "\(requestor.host) is \(addresses.joined(separator: ", "))", milliseconds: start.duration(to: .now).milliseconds)
            } else {
                report.add("name", true, "\(requestor.host) is an address")
            }
            return addresses
        } catch {
            report.add("name", false, "\(requestor.host): \(error)", remedy: "Check the spelling, or give the numeric address; the name server of this machine does not know the name.")
            return nil
        }
    }

    private mutating func connect(_ addresses: [String]) async -> Bool {
        var isReached = false
        for address in addresses {
            do throws(NetworkError) {
                let time = try await Reachability.connect(address, requestor.port, timeout: min(requestor.limits.connectTimeout, .seconds(5)))
                report.add("port", true, "\(PeerAddress(host: address, port: requestor.port)) is open", milliseconds: time)
                isReached = true
            } catch {
                let explanation = explain(error, host: address)
                report.add("port", false, explanation.summary, remedy: explanation.remedy)
            }
        }
        return isReached
    }

    // MARK: Association

    private mutating func associate() async -> Bool {
        let start = ContinuousClock.now
        var quick = requestor
        quick.limits.associateTimeout = min(quick.limits.associateTimeout, .seconds(10))
        quick.limits.responseTimeout = min(quick.limits.responseTimeout, .seconds(10))
        let association: Association
        do throws(NetworkError) {
            association = try await quick.connect([.verification])
        } catch {
            await failedAssociation(error)
            return false
        }
        if requestor.tls != nil {
            let session = association.tls
            report.add("tls", true, "\(session?.version ?? "TLS")", details: session?.certificate.map(Self.words) ?? [])
            do throws(NetworkError) { try node.peer.checkCertificate(of: association) } catch {
                report.add("certificate", false, "\(error)", remedy: "If it has a new one: isocenter peers set \(node.peer.name) --certificate FILE")
                return false
            }
        }
        report.add("association", true, "accepted: \(requestor.callingAETitle) → \(requestor.calledAETitle)", milliseconds: start.duration(to: .now).milliseconds, details: whoItIs(association))
        let begin = ContinuousClock.now
        do throws(NetworkError) {
            let status = try await association.echo()
            report.add("echo", status == .success, status == .success ? "answers C-ECHO" : "answers C-ECHO with \(StatusRemedy.words("C-ECHO", status.rawValue))", milliseconds: begin.duration(to: .now).milliseconds)
            try await association.release()
        } catch {
            let explanation = explain(error)
            report.add("echo", false, explanation.summary, remedy: explanation.remedy)
            association.abort("examined")
        }
        return true
    }

    private func whoItIs(_ association: Association) -> [String] {
        let peer = association.peerInformation
        let implementation = [peer.implementationVersionName, peer.implementationClassUID].compactMap(\.self).joined(separator: ", ")
        return ["it is \(implementation.isEmpty ? "silent about its implementation" : implementation)"
            + (peer.maximumLength.map { $0 == 0 ? "; takes PDUs of any length" : "; takes PDUs of \($0) bytes" } ?? "")]
    }

    private static func words(_ certificate: PeerCertificate) -> [String] {
        let days = Int((Double(certificate.notAfter) - Date().timeIntervalSince1970) / 86_400)
        return [
            "certificate of \(certificate.commonName ?? "no name")" + (certificate.alternativeNames.isEmpty ? "" : " (\(certificate.alternativeNames.joined(separator: ", ")))"),
            "valid for \(days) days more" + (days < 30 ? ": renew it soon" : ""), "SHA-256 \(certificate.fingerprint)",
        ]
    }

    /// Where no DICOM came back, it is tried what else the port speaks.
    private mutating func failedAssociation(_ error: NetworkError) async {
        let explanation = explain(error)
        switch error {
        case .rejected:
            report.add("association", false, explanation.summary, remedy: explanation.remedy)
        case .ended(.tls), .tls:
            report.add("tls", false, explanation.summary, remedy: explanation.remedy)
        case .ended(.foreignProtocol):
            report.add("protocol", false, explanation.summary, remedy: explanation.remedy)
        case .ended(.connectionLost), .ended(.noResponse), .ended(.protocolError), .ended(.noAssociation):
            switch await Reachability.whatSpeaks(requestor.host, requestor.port) {
            case "TLS":
                report.add("protocol", false, "the port speaks TLS, and was called without.", remedy: "Call it with TLS (--tls, or TLS for this peer), or by its plain DICOM port.")
            case "HTTP":
                report.add("protocol", false, "the port is that of a web server, not of a DICOM node.", remedy: "Ask its administrator for the DICOM port; 104 and 11112 are usual.")
            case let other?:
                report.add("protocol", false, "the port speaks \(other), not DICOM.", remedy: "Check the port of this peer.")
            case nil:
                if case .ended(.noResponse) = error {
                    report.add(
                        "association", false, "the port is open, but what listens there says nothing.",
                        remedy: "The program hangs or has no free place (restart it there), or a firewall or forwarding answers in its stead.")
                } else {
                    report.add("association", false, explanation.summary, remedy: explanation.remedy)
                }
            }
        default:
            report.add("association", false, explanation.summary, remedy: explanation.remedy)
        }
    }

    // MARK: Services

    /// What most hospitals send.
    private static let common = ["1", "1.1", "1.2", "2", "2.1", "4", "4.1", "7", "12.1", "20", "128", "88.33", "88.67", "11.1", "104.1", "481.3"]
        .compactMap { UID("1.2.840.10008.5.1.4.1.1.\($0)") }
    private static let syntaxes: [(String, [UID])] = [
        ("uncompressed", QueryOptions.transferSyntaxes), ("JPEG lossless", uids("4.70")), ("JPEG-LS", uids("4.80")), ("JPEG 2000", uids("4.90")),
    ]

    private static func uids(_ suffix: String) -> [UID] { ["1.2.840.10008.1.2.\(suffix)"].compactMap { UID($0) } }

    private mutating func contexts() async {
        let proposals = Self.common.flatMap { sopClass in Self.syntaxes.map { Requestor.Proposal(sopClass, $0.1) } }
        do throws(NetworkError) {
            let association = try await requestor.connect(proposals)
            var details: [String] = [], refused: [String] = []
            for sopClass in Self.common {
                let name = SOPClassTable.entry(for: sopClass)?.name ?? sopClass.text
                let taken = Self.syntaxes.filter { syntax in association.presentationContexts.contains { $0.abstractSyntax == sopClass && syntax.1.contains($0.transferSyntax) } }
                if taken.isEmpty { refused.append(name) } else { details.append("\(name): \(taken.map(\.0).joined(separator: ", "))") }
            }
            if !refused.isEmpty, !details.isEmpty { details.append("not taken: \(refused.joined(separator: ", "))") }
            let count = Self.common.count - refused.count
            report.add(
                "contexts", count > 0, count > 0 ? "takes \(count) of \(Self.common.count) common kinds of objects" : "takes none of \(Self.common.count) common kinds of objects",
                remedy: count > 0 ? nil : "If objects are to be sent there: at the peer, allow storage for \(requestor.callingAETitle); its storage may have another AE title or port.", details: details)
            try await association.release()
        } catch {
            let explanation = explain(error)
            report.add("contexts", false, explanation.summary, remedy: explanation.remedy)
        }
    }

    private mutating func store() async {
        let object = TestObject.make()
        let start = ContinuousClock.now
        do {
            let association = try await requestor.connect([.init(TestObject.sopClass, QueryOptions.transferSyntaxes)])
            let context = try association.context(for: TestObject.sopClass)
            let bytes = ByteBuffer(bytes: try DataSetWriter.encode(object, as: TransferSyntax(context.transferSyntax)))
            let response = try await association.store(sopClass: TestObject.sopClass, sopInstance: object.uid(.sopInstanceUID) ?? UID.random(), in: context, dataSet: bytes)
            try await association.release()
            let status = response.status ?? .processingFailure
            let isStored = status.category == .success || status.category == .warning
            report.add(
                "store", isStored, isStored ? "took a test object (patient ID \(TestObject.patientID)); delete it there" : "refused a test object: \(StatusRemedy.words("C-STORE", status.rawValue)) \(response.errorComment ?? "")",
                remedy: isStored ? nil : StatusRemedy.remedy("C-STORE", status.rawValue, isOurs: false), milliseconds: start.duration(to: .now).milliseconds)
        } catch {
            add("store", error)
        }
    }

    /// For a study that is nowhere.
    private mutating func query() async {
        guard let sopClass = UID("1.2.840.10008.5.1.4.1.2.2.1") else { return }
        let start = ContinuousClock.now
        do {
            let association = try await requestor.connect([.init(sopClass, QueryOptions.transferSyntaxes)])
            let context = try association.context(for: sopClass)
            let identifier = DataSet([DataElement(.queryRetrieveLevel, .CS, "STUDY"), DataElement(.studyInstanceUID, uid: UID.random())])
            let response = try await association.find(identifier, in: context).final()
            try await association.release()
            report.add(
                "query", response.status == .success, response.status == .success ? "answers queries (C-FIND, study root)" : "refuses queries: \(StatusRemedy.words("C-FIND", response.status.rawValue))",
                remedy: StatusRemedy.remedy("C-FIND", response.status.rawValue, isOurs: false), milliseconds: start.duration(to: .now).milliseconds)
        } catch NetworkError.noContextAccepted where report.steps.last(where: { $0.step == "contexts" })?.ok == true {
            report.add("query", nil, "provides no queries (C-FIND, study root)")
        } catch {
            add("query", error)
        }
    }

    // MARK: Words

    private mutating func add(_ step: String, _ error: any Error) {
        guard let error = error as? NetworkError else { return report.add(step, false, "\(error)") }
        let explanation = explain(error)
        report.add(step, false, explanation.summary, remedy: explanation.remedy)
    }

    private func explain(_ error: NetworkError, host: String? = nil) -> Explanation {
        Explanation(of: error, calling: requestor.callingAETitle, called: requestor.calledAETitle, host: host ?? requestor.host, port: requestor.port)
    }
}

/// A secondary capture that says of itself that it is a test.
enum TestObject {
    static let sopClass = UID("1.2.840.10008.5.1.4.1.1.7") ?? CommandSet.verification
    static let patientID = "ISOCENTER-TEST"

    static func make() -> DataSet {
        DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
            DataElement(.sopClassUID, uid: sopClass), DataElement(.sopInstanceUID, uid: UID.random()),
            DataElement(.studyInstanceUID, uid: UID.random()), DataElement(.seriesInstanceUID, uid: UID.random()),
            DataElement(.patientName, .PN, "Test^Connection"), DataElement(.patientID, .LO, patientID),
            DataElement(.patientBirthDate, .DA, bytes: []), DataElement(.patientSex, .CS, bytes: []),
            DataElement(.studyDate, .DA, bytes: []), DataElement(.studyTime, .TM, bytes: []), DataElement(.accessionNumber, .SH, bytes: []),
            DataElement(.referringPhysicianName, .PN, bytes: []), DataElement(.studyID, .SH, bytes: []),
            DataElement(.studyDescription, .LO, "Test of the connection, no patient"),
            DataElement(.modality, .CS, "OT"), DataElement(.conversionType, .CS, "SYN"),
            DataElement(.seriesNumber, .IS, "1"), DataElement(.instanceNumber, .IS, "1"), DataElement(.patientOrientation, .CS, bytes: []),
            DataElement(.samplesPerPixel, .US, integers: [1]), DataElement(.photometricInterpretation, .CS, "MONOCHROME2"),
            DataElement(.rows, .US, integers: [8]), DataElement(.columns, .US, integers: [8]),
            DataElement(.bitsAllocated, .US, integers: [8]), DataElement(.bitsStored, .US, integers: [8]), DataElement(.highBit, .US, integers: [7]),
            DataElement(.pixelRepresentation, .US, integers: [0]),
            DataElement(.pixelData, .OW, bytes: (0..<64).map { UInt8($0 * 4) }),
        ])
    }
}
