import Crypto
import DICOM
import Database

/// Cuts the instances of a series, in their order, into segments of some hundred, at places that the instances themselves determine:
/// where one is put in or taken out, the segments before and soon after stay as they are.
struct SegmentCutter {
    /// What an instance looks like depends on this alone.
    struct Member: Sendable, Equatable {
        var sopInstance: String
        var object: [UInt8]
        var correction: Int64?
    }

    static let least = 64, most = 512

    private var members: [Member] = []

    /// The segment that ends with `member`, if one does.
    mutating func add(_ member: Member) -> [Member]? {
        members.append(member)
        guard members.count >= Self.most || members.count >= Self.least && Self.ends(member) else { return nil }
        return finish()
    }

    /// The last segment; empty where the one before was the last.
    mutating func finish() -> [Member] {
        defer { members = [] }
        return members
    }

    /// One instance in 256 ends a segment.
    private static func ends(_ member: Member) -> Bool { SHA256.hash(data: Array(member.sopInstance.utf8)).first { _ in true } == 0 }

    /// - Parameter format: another one where the same instances come out differently.
    static func fingerprint(_ members: [Member], format: Int) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array("\(format)\n".utf8))
        for member in members {
            hash.update(data: Array("\(member.sopInstance) \(member.correction.map(String.init) ?? "-") ".utf8))
            hash.update(data: member.object)
        }
        return Array(hash.finalize())
    }
}
