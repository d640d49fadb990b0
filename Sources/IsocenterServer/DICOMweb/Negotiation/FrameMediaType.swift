import DICOM
import DICOMweb

/// Media types of single frames and the transfer syntaxes they stand for (PS3.18 Table 8.7.3-2, Table 8.7.3-5).
enum FrameMediaType {
    /// The first syntax of a type is its default: what is meant where `transfer-syntax` is not given.
    static let table: [(name: String, syntaxes: [String])] = [
        ("application/octet-stream", ["1.2.840.10008.1.2.1"]),
        ("image/jpeg", ["1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57"]),
        ("image/dicom-rle", ["1.2.840.10008.1.2.5"]),
        ("image/jls", ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"]),
        ("image/jp2", ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"]),
        ("image/jpx", ["1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.93"]),
        ("image/jphc", ["1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203"]),
        ("image/jxl", ["1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112"]),
        ("video/mpeg", ["1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.101"]),
        ("video/mp4", [
            "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.103", "1.2.840.10008.1.2.4.104", "1.2.840.10008.1.2.4.105",
            "1.2.840.10008.1.2.4.106", "1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.108",
        ]),
    ]

    /// The type of frames in a syntax; octets for those without one.
    static func name(of syntax: TransferSyntax) -> String {
        // The fragmentable variants of the video syntaxes end in one more component.
        let uid = syntax.uid.text
        return table.first { row in row.syntaxes.contains { $0 == uid || uid == $0 + ".1" } }?.name ?? "application/octet-stream"
    }

    /// How a client wants a frame: in which syntax, under which name.
    struct Choice: Equatable {
        var name: String
        var syntax: TransferSyntax
        /// Alone in the answer, not as a part of multipart.
        var isSingle: Bool

        var contentType: String { "\(name); transfer-syntax=\(syntax.uid)" }
    }

    /// What the client would take, the best first, as far as it can be told from what it accepts.
    ///
    /// - Parameters:
    ///   - stored: what `*` means; of the uncompressed syntaxes, frames know Explicit VR Little Endian only.
    ///   - isOne: one frame is asked for. Of several, types for one alone are passed over (PS3.18 §10.4.4).
    static func choices(_ types: [MediaType], stored: TransferSyntax, isOne: Bool = true) -> [Choice] {
        types.flatMap { type -> [Choice] in
            let isSingle = !type.isMultipart && type.name != "*/*"
            guard isOne || !isSingle else { return [] }
            guard !type.transferSyntaxes.isEmpty else { return [choice(type, nil, stored, isSingle)].compactMap { $0 } }
            return type.transferSyntaxes.compactMap { choice(type, $0, stored, isSingle) }
        }
    }

    private static func choice(_ type: MediaType, _ asked: String?, _ stored: TransferSyntax, _ isSingle: Bool) -> Choice? {
        let kept = stored.isEncapsulated ? stored : .explicitVRLittleEndian
        if type.partType.hasSuffix("/*") || type.partType == "*" {
            // A range of types: the stored one, where it is of them; else octets, where these are.
            if type.matchesPart(name(of: kept)) {
                return asked == nil || asked == "*" || asked == kept.uid.text ? Choice(name: name(of: kept), syntax: kept, isSingle: isSingle) : nil
            }
            guard type.matchesPart("application/octet-stream"), asked == nil else { return nil }
            return Choice(name: "application/octet-stream", syntax: .explicitVRLittleEndian, isSingle: isSingle)
        }
        guard let row = table.first(where: { $0.name == type.partType }) else { return nil }
        switch asked {
        case nil:
            // Frames that already are of this type are not compressed a second time; octets are samples, not a code stream.
            let isKept = name(of: kept) == row.name && row.name != "application/octet-stream"
            return UID(row.syntaxes[0]).map { Choice(name: row.name, syntax: isKept ? kept : TransferSyntax($0), isSingle: isSingle) }
        case "*"?:
            // Octets in whatever syntax: the stored bytes.
            let isKept = row.name == "application/octet-stream" || name(of: kept) == row.name
            return isKept ? Choice(name: row.name, syntax: kept, isSingle: isSingle) : nil
        case let uid?:
            guard let asked = UID(uid) else { return nil }
            let syntax = asked == stored.uid ? kept : TransferSyntax(asked)
            guard row.syntaxes.contains(uid) || name(of: syntax) == row.name || row.name == "application/octet-stream" else { return nil }
            return Choice(name: row.name, syntax: syntax, isSingle: isSingle)
        }
    }
}
