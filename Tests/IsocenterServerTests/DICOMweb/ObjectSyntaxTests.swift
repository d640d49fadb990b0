import DICOM
import DICOMweb
import Testing

@testable import IsocenterServer

/// PS3.18 §8.7.3.1, §8.7.8, Table 10.4.4-1.
struct ObjectSyntaxTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var accept: String?
        var isSingle = false
        var expected: [String]
        var testDescription: String { "\(accept ?? "no header") of \(isSingle ? "an instance" : "a study")" }
    }

    private static let explicit = "1.2.840.10008.1.2.1", jls = "1.2.840.10008.1.2.4.80"

    @Test(arguments: [
        Case(accept: nil, expected: ["parts *"]),
        Case(accept: "*/*", expected: ["parts *"]),
        Case(accept: "*", expected: ["parts *"]),
        Case(accept: "multipart/related", expected: ["parts *"]),
        Case(accept: "multipart/*", expected: ["parts *"]),
        Case(accept: "multipart/related; type=\"application/dicom\"", expected: ["parts \(explicit)"]),
        Case(accept: "Multipart/Related; TYPE=Application/DICOM", expected: ["parts \(explicit)"]),
        Case(accept: "multipart/related; type=application/dicom; transfer-syntax=*", expected: ["parts *"]),
        Case(accept: "multipart/related; type=application/dicom; transfer-syntax=\"\(jls)\"; boundary=x", expected: ["parts \(jls)"]),
        Case(accept: "multipart/related; type=\"application/dicom\"; transfer-syntax=\(jls); transfer-syntax=*", expected: ["parts \(jls)", "parts *"]),
        Case(
            accept: "multipart/related; type=\"application/dicom\"; transfer-syntax=\(jls); q=0.5, multipart/related; type=\"application/dicom\"; q=0.9",
            expected: ["parts \(explicit)", "parts \(jls)"]),
        Case(accept: "multipart/related; type=\"application/dicom\"; q=0", expected: []),
        // One object alone is had by the path of an instance only.
        Case(accept: "application/dicom", expected: []),
        Case(accept: "application/dicom", isSingle: true, expected: ["single \(explicit)"]),
        Case(accept: "application/dicom; transfer-syntax=*", isSingle: true, expected: ["single *"]),
        Case(accept: "application/*", isSingle: true, expected: ["single *"]),
        // Files are kept as they are unless something else is said.
        Case(accept: "application/zip", expected: ["zip *"]),
        Case(accept: "application/zip; transfer-syntax=\(explicit)", isSingle: true, expected: ["zip \(explicit)"]),
        Case(accept: "application/pdf, text/html; q=0.1", isSingle: true, expected: ["content application/pdf *", "content text/html *"]),
        Case(accept: "application/pdf", expected: []),
        Case(accept: "multipart/related; type=\"application/octet-stream\"", expected: []),
        Case(accept: "multipart/mixed; type=\"application/dicom\"", expected: []),
        Case(accept: "application/dicom+json", isSingle: false, expected: []),
    ])
    func choices(_ example: Case) {
        let found = ObjectSyntax.choices(MediaType.accepted(example.accept), isSingle: example.isSingle).map { choice in
            let form = switch choice.form {
            case .parts: "parts"
            case .single: "single"
            case .zip: "zip"
            case .content(let type): "content \(type.name)"
            }
            guard case .syntax(let syntax) = choice.wish else { return "\(form) *" }
            return choice.form == .parts || choice.form == .single || choice.form == .zip ? "\(form) \(syntax.uid)" : "\(form) *"
        }
        #expect(found == example.expected)
    }
}
