import Crypto
import DICOM

extension UID {
    /// The study or series under which an object without one is filed: always the same for the same object, so that a rebuilt index
    /// agrees with the old one. A number under 2.25 (PS3.5 §B.2) made of 128 bits of a hash.
    static func filing(_ sopInstance: UID, as level: String) -> UID? {
        var number: UInt128 = 0
        for byte in SHA256.hash(data: Array("\(level) of \(sopInstance)".utf8)).prefix(16) { number = number << 8 | UInt128(byte) }
        return UID("2.25.\(number)")
    }
}
