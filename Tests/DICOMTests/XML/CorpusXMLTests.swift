import Foundation
import Testing

@testable import DICOM

@Suite("DICOM XML and real files", .enabled(if: Corpus.root != nil, "no corpus"))
struct CorpusXMLTests {
    /// A NUL within text, which XML cannot hold, becomes a character that is not ASCII.
    private static let changed = ["pwnlab/fuzz_corpus_v2/cat08_string_encoding/TC0417_null_b__x00FUZZ_.dcm"]

    /// Control characters have no place in XML.
    private static func comparable(_ json: [UInt8]) -> String {
        var text = String(decoding: json, as: UTF8.self)
        for code in 0..<0x20 where code != 9 && code != 10 && code != 13 {
            let hex = String(code, radix: 16, uppercase: true)
            text = text.replacing("\\u00" + String(repeating: "0", count: 2 - hex.count) + hex, with: "\u{FFFD}")
        }
        return text
    }

    private static func withoutPixels(_ dataSet: DataSet) -> DataSet {
        var dataSet = dataSet
        for tag in [Tag.pixelData, .floatPixelData, .doubleFloatPixelData] { dataSet[tag] = nil }
        return dataSet
    }

    @Test("A data set through XML is the data set through JSON") func sameAsJSON() throws {
        var compared = 0
        var differences: [String] = []
        let uri: DICOMJSON.BulkDataURI = { path, element in if case .bytes = element.value { nil } else { "x" } }
        for path in Corpus.manifest.compactMap({ $0["path"] }) where !path.hasPrefix("malformed/") && !Self.changed.contains(path) {
            guard let file = try? FileReader.read(try Corpus.bytes(path)) else { continue }
            let dataSet = Self.withoutPixels(file.dataSet)
            let throughXML: DataSet, throughJSON: DataSet
            do {
                throughJSON = try DICOMJSON.decode(try DICOMJSON.encode(dataSet, bulkData: uri)) { _, _ in [] }
            } catch { continue }
            do {
                throughXML = try DICOMXML.decode(try DICOMXML.encode(dataSet, bulkData: uri)) { _, _ in [] }
            } catch {
                differences.append("\(path): \(error)")
                continue
            }
            compared += 1
            let a = Self.comparable(try DICOMJSON.encode(Self.normal(throughXML))), b = Self.comparable(try DICOMJSON.encode(Self.normal(throughJSON)))
            if a != b { differences.append("\(path): \(Self.difference(a, b))") }
        }
        print("compared \(compared) files through XML and JSON")
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        #expect(compared > 1000)
    }

    private static func difference(_ a: String, _ b: String) -> String {
        let common = zip(a.unicodeScalars, b.unicodeScalars).prefix { $0 == $1 }.count
        return "\(String(String.UnicodeScalarView(a.unicodeScalars.dropFirst(max(common - 40, 0)).prefix(120)))) and \(String(String.UnicodeScalarView(b.unicodeScalars.dropFirst(max(common - 40, 0)).prefix(120))))"
    }

    /// A name's last delimiters have no place in the model of XML; numbers of more than 16 characters are cut on their way through JSON.
    private static func normal(_ dataSet: DataSet) -> DataSet {
        DataSet(dataSet.elements.map { element in
            switch element.value {
            case .items(let items): return DataElement(element.tag, items: items.items.map { normal($0.dataSet) })
            case .bytes where element.vr == .PN: return DataElement(element.tag, .PN, strings: element.strings(in: .utf8).map { PersonName($0).text })
            case .bytes where element.vr == .DS:
                return DataElement(element.tag, .DS, strings: element.strings(in: .utf8).map { $0.utf8.count > 16 ? Double($0).map(Text.decimalString) ?? $0 : $0 })
            default: return element
            }
        })
    }
}
