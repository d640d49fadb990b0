import DICOM
import Foundation
import HTTPTypes
import Hummingbird

/// `/api/dictionary`: what attributes and UIDs are called, for whoever shows data sets (docs/develop/http-api.md). Nothing of it is of the archive.
struct DictionaryRoutes: RouteSet {
    static let mostTags = 2000

    func add(to group: RouterGroup<RequestScope>) {
        group.get("dictionary") { request, context in
            try Self.check(context)
            let tag = EntityTag([String(Self.standard.count)], isWeak: true)
            if let known = tag.notModified(request) { return known }
            var headers = tag.fields
            headers[.contentType] = "application/json"
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: .init(bytes: Self.standard)))
        }
        group.post("dictionary/private") { request, context in
            try Self.check(context)
            let asked = try await SessionRoutes.body([Asked].self, of: request)
            guard asked.count <= Self.mostTags else { throw HTTPFailure(.badRequest, "at most \(Self.mostTags) elements at once") }
            return JSONAnswer.response(asked.map { each in
                Tag(hex: each.tag).flatMap { PrivateElementTable.entry(for: $0, creator: each.creator)?.name } ?? ""
            })
        }
    }

    private static func check(_ context: RequestScope) throws {
        let principal = try context.caller()
        guard Policy.access(of: principal, for: .read) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
    }

    private struct Asked: Decodable {
        var creator: String
        var tag: String
    }

    private struct Standard: Encodable {
        /// Tag, keyword, name; of repeating groups the first.
        var elements: [[String]]
        var uids: [String: String]
    }

    /// Made once: the tables do not change while the program runs.
    private static let standard: [UInt8] = {
        let repeating = [0x5000_0000, 0x6000_0000].flatMap { first in (0...0xFFFF).map { Tag(rawValue: UInt32(first + $0)) } }
        let elements: [[String]] = (DataElementTable.tags + repeating).compactMap { tag in
            guard !tag.isGroupLength, let entry = DataElementTable.entry(for: tag) else { return nil }
            return [tag.hexadecimal, entry.keyword, entry.name]
        }
        let uids = Dictionary(uniqueKeysWithValues: UIDTable.uids.compactMap { uid in UIDTable.entry(for: uid).map { (uid.text, $0.name) } })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings alone cannot fail to be encoded; without the table the page shows tags without names.
        return [UInt8]((try? encoder.encode(Standard(elements: elements, uids: uids))) ?? Data(#"{"elements":[],"uids":{}}"#.utf8))
    }()
}

extension Tag {
    /// Eight hexadecimal digits, as DICOM JSON writes a tag (PS3.18 §F.2.2).
    fileprivate var hexadecimal: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
