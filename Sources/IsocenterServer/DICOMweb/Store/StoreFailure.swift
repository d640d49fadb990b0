import Archive
import DICOM

/// Why an instance was not stored, or what was wrong with one that was (PS3.18 Annex I).
struct StoreFailure: Error, Sendable {
    /// An attribute that is to blame.
    struct Attribute: Sendable {
        var path: ElementPath
        var words: String
    }

    /// Failure Reason (0008,1197).
    var reason: Int
    var words: String
    var attributes: [Attribute] = []

    init(_ reason: Int, _ words: String, _ attributes: [Attribute] = []) {
        (self.reason, self.words, self.attributes) = (reason, words, attributes)
    }

    init(_ reason: Int, _ tag: Tag, _ words: String) { self.init(reason, "\(tag) \(words)", [Attribute(path: ElementPath([], tag), words: words)]) }

    init(_ error: ArchiveError) { self.init(error.failureReason, error.message) }

    /// The server cannot take anything at present: that says nothing of the instance.
    var isOfTheServer: Bool { reason >> 8 == 0xA7 }

    // PS3.18 Table I.2-2, PS3.7 Annex C.
    static let processingFailure = 0x0110
    static let duplicateInstance = 0x0111
    static let missingAttribute = 0x0120
    static let invalidValue = 0x0106
    static let unknownSOPClass = 0x0122
    static let dataSetDoesNotMatchSOPClass = 0xA900
    static let cannotUnderstand = 0xC000
    static let transferSyntaxNotSupported = 0xC122
}

/// What was different with an instance that was stored (PS3.18 Table I.2-1).
struct StoreWarning: Sendable {
    var reason: Int
    var attributes: [StoreFailure.Attribute]

    static let coercion = 0xB000
    static let elementsDiscarded = 0xB006
    static let dataSetDoesNotMatchSOPClass = 0xB007
}

extension ArchiveError {
    /// Failure Reason (0008,1197): the statuses of C-STORE (PS3.18 Table I.2-2).
    var failureReason: Int { Int(status.rawValue) }
}
