import Crypto
import Foundation

/// SHA-256 of a certificate's DER encoding: how a peer's certificate is named.
public enum CertificateFingerprint {
    /// Of the first certificate in a file, PEM or DER; nil where there is none.
    public static func of(_ file: [UInt8]) -> String? {
        // A DER certificate is a SEQUENCE of more than 255 bytes.
        if file.starts(with: [0x30, 0x82]) { return hex(Data(file)) }
        let text = String(decoding: file, as: UTF8.self)
        guard let begin = text.range(of: "-----BEGIN CERTIFICATE-----"), let end = text.range(of: "-----END CERTIFICATE-----", range: begin.upperBound..<text.endIndex),
            let der = Data(base64Encoded: String(text[begin.upperBound..<end.lowerBound]), options: .ignoreUnknownCharacters)
        else { return nil }
        return hex(der)
    }

    private static func hex(_ der: Data) -> String {
        SHA256.hash(data: der).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
