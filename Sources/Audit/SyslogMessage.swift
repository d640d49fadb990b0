import Foundation

/// An audit message as syslog carries it (RFC 5424), and its frames on a stream or in a datagram.
public struct SyslogMessage: Sendable {
    /// Facility 10 (security and authorization), severity 5 (notice): as PS3.15 A.6 wants it.
    static let priority = 10 * 8 + 5
    public static let messageID = "DICOM+RFC3881"

    public var bytes: [UInt8]

    public init(_ record: AuditRecord, from source: AuditSource) {
        func field(_ text: String, _ longest: Int) -> String {
            let printable = text.unicodeScalars.filter { (33...126).contains($0.value) }
            return printable.isEmpty ? "-" : String(String.UnicodeScalarView(printable.prefix(longest)))
        }
        // The sequence proves that nothing was left out (RFC 5424 §7.3.1).
        let structured = "[meta sequenceId=\"\((record.sequence - 1) % 2_147_483_647 + 1)\"]"
        let header = "<\(Self.priority)>1 \(AuditMessage.dateTime(record.time)) \(field(source.host, 255)) isocenter \(field(source.process, 128)) \(Self.messageID) \(structured) "
        bytes = Array(header.utf8) + [0xEF, 0xBB, 0xBF] + Array(AuditMessage(record, from: source).xml.utf8)
    }

    /// Octet counting: on TLS (RFC 5425 §4.3) and on TCP (RFC 6587 §3.4.1).
    public var counted: [UInt8] { Array("\(bytes.count) ".utf8) + bytes }
}
