import Foundation
import Testing

@testable import DICOM

/// The same files through pydicom, where a Python that has it is named.
enum Pydicom {
    static let python: String? = ProcessInfo.processInfo.environment["ISOCENTER_PYTHON"]

    /// One line a file: its JSON without pixel data, empty where pydicom does not read it.
    static let script = #"""
        import json, sys, warnings
        import pydicom
        warnings.simplefilter("ignore")
        pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
        pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE
        for path in sys.stdin.read().splitlines():
            try:
                ds = pydicom.dcmread(path)
                for tag in (0x7FE00010, 0x7FE00008, 0x7FE00009):
                    if tag in ds: del ds[tag]
                print(json.dumps(ds.to_json_dict(bulk_data_threshold=1 << 40)))
            except Exception:
                print("")
        """#

    static func json(of paths: [String]) throws -> [String] {
        guard let python else { return [] }
        let process = Process(), input = Pipe(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", script]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data((paths.joined(separator: "\n") + "\n").utf8))
        try input.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

@Suite("DICOM JSON and pydicom", .enabled(if: Corpus.root != nil && Pydicom.python != nil, "no corpus, or ISOCENTER_PYTHON names no Python with pydicom"))
struct PydicomJSONTests {
    /// pydicom 3.0 leaves the escape sequences of ISO 2022 IR 58 in the text, and does not know ISO_IR 203.
    private let unknownToPydicom = ["synthetic/charset/chinese-2022-58.dcm", "synthetic/charset/latin9.dcm"]

    @Test func sameValues() throws {
        let root = try #require(Corpus.root)
        let paths = Corpus.manifest.compactMap { $0["path"] }.filter { !$0.hasPrefix("malformed/") && !$0.hasPrefix("pwnlab/") && !unknownToPydicom.contains($0) }
        let lines = try Pydicom.json(of: paths.map { root.appendingPathComponent($0).path })
        var compared = 0, attributes = 0
        var differences: [String] = []
        for (path, line) in zip(paths, lines) where !line.isEmpty {
            guard let file = try? FileReader.read(try Corpus.bytes(path)) else { continue }
            var dataSet = file.dataSet
            for tag in [Tag.pixelData, .floatPixelData, .doubleFloatPixelData] { dataSet[tag] = nil }
            let ours = try JSONSerialization.jsonObject(with: Data(try DICOMJSON.encode(dataSet) { _, element in
                if case .bytes = element.value { nil } else { "external" }
            }))
            let theirs = try JSONSerialization.jsonObject(with: Data(line.utf8))
            // Where pixel data is cut off, pydicom keeps nothing of the data set.
            guard (theirs as? [String: Any])?.isEmpty == false else { continue }
            compared += 1
            compare(ours as? [String: Any] ?? [:], theirs as? [String: Any] ?? [:], path) { differences.append($0) } counted: { attributes += 1 }
        }
        print("compared \(attributes) attributes of \(compared) files with pydicom")
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        #expect(compared > 1000)
    }

    private func compare(_ ours: [String: Any], _ theirs: [String: Any], _ path: String, _ differ: (String) -> Void, counted: () -> Void) {
        for tag in Set(ours.keys).union(theirs.keys).sorted() where !tag.hasSuffix("0000") && tag != "00080005" {
            counted()
            guard let a = ours[tag] as? [String: Any], let b = theirs[tag] as? [String: Any] else { differ("\(path) \(tag): only one has it"); continue }
            let place = "\(path) \(tag) \(a["vr"] ?? "")"
            // pydicom replaces UN by what its dictionary says, and puts nested pixel data into base64.
            if a["vr"] as? String == "UN" || a["BulkDataURI"] != nil { continue }
            if a["vr"] as? String != b["vr"] as? String { differ("\(place): pydicom has \(b["vr"] ?? "")"); continue }
            if let text = a["InlineBinary"] as? String ?? b["InlineBinary"] as? String {
                if a["InlineBinary"] as? String != b["InlineBinary"] as? String { differ("\(place): \(text.prefix(40)) differs") }
                continue
            }
            let valuesA = a["Value"] as? [Any] ?? [], valuesB = b["Value"] as? [Any] ?? []
            guard valuesA.count == valuesB.count else { differ("\(place): \(valuesA) and \(valuesB)"); continue }
            for (x, y) in zip(valuesA, valuesB) {
                if let x = x as? [String: Any], let y = y as? [String: Any], a["vr"] as? String == "SQ" {
                    compare(x, y, "\(path) \(tag)", differ, counted: counted)
                } else if !isSame(x, y, isSingle: a["vr"] as? String == "FL") {
                    differ("\(place): \(x) and \(y)")
                }
            }
        }
    }

    /// - Parameter isSingle: we write the shortest decimal of a 32 bit number, pydicom that of the 64 bit number next to it.
    private func isSame(_ a: Any, _ b: Any, isSingle: Bool) -> Bool {
        switch (a, b) {
        case (let a as NSNumber, let b as NSNumber): isSingle ? a.floatValue == b.floatValue : a.doubleValue == b.doubleValue
        case (let a as NSDictionary, let b as NSDictionary): a == b
        case (let a as String, let b as String): a == b.trimmingCharacters(in: [" ", "\0"])
        // Large 64 bit numbers are strings with us.
        case (let a as String, let b as NSNumber): a == b.stringValue
        // An empty value among others is null (PS3.18 §F.2.5).
        case (is NSNull, let b as String): b.isEmpty
        default: a is NSNull && b is NSNull
        }
    }
}
