import DICOM
import Database

/// Why the archive could not do something. The door chooses its status by `code`; `message` is for a person.
public struct ArchiveError: Error, Sendable, Equatable {
    public enum Code: Sendable {
        /// No space, or none above the reserve (C-STORE A700H, HTTP 507).
        case outOfResources
        /// Not the SOP Class or SOP Instance that was announced (C-STORE A900H).
        case dataSetDoesNotMatchSOPClass
        /// Not readable, or without the UIDs an object needs (C-STORE C000H).
        case cannotUnderstand
        /// The disk or the index failed: whether anything was kept is unknown, nothing was promised (C-STORE A700H).
        case storageFailed
        /// The index cannot be reached at present: nothing was done (C-STORE A700H, HTTP 503).
        case unavailable
        /// No such object here.
        case notFound
        /// It lies in a folder that cannot be reached, or its file has changed: found, and not to be had at present (HTTP 503).
        case away
        /// The bytes are not those that were stored: never delivered as whole.
        case damaged
        /// Another process serves this data folder.
        case locked
        /// The data folder may not be written.
        case notWritable
        /// Made by a newer version of the program.
        case newerSchema
        /// A query asks for what cannot be answered.
        case invalidQuery
        /// Given up by the one who asked for it.
        case cancelled
        /// Opened without the right to store.
        case notServing
        /// A rule does not let the object in.
        case refused
    }

    public var code: Code
    public var message: String
    /// What a rule wants the sender to hear (PS3.4 Table B.2-1, PS3.7 Annex C).
    public internal(set) var refusal: UInt16?
    /// A transaction may have taken place all the same: what it would have made may not be taken away.
    var isUncertain = false

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Equal by code, so that tests are short.
    public static func == (a: ArchiveError, b: ArchiveError) -> Bool { a.code == b.code }
}

extension ArchiveError: CustomStringConvertible {
    public var description: String { message }
}

extension ArchiveError {
    /// - Parameter what: what was being done, to begin the sentence.
    public init(_ error: DatabaseError, _ what: String) {
        let code: Code = switch error.code {
        case .full: .outOfResources
        case .readOnly: .notWritable
        case .newerSchema: .newerSchema
        case .cancelled: .cancelled
        case .cannotOpen, .busy: .unavailable
        default: .storageFailed
        }
        self.init(code, "\(what): \(error.message)")
        isUncertain = error.code == .io || error.code == .corrupt || error.code == .cancelled
    }

    init(_ error: ReadError) { self.init(.cannotUnderstand, "\(error)") }
}
