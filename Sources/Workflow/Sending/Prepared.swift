import DICOM
import DICOMImage
import DICOMNetwork
import NIOCore

/// An object that can go out at once: its context is chosen, the first of its bytes are here. What cannot be read or transcoded shows
/// before anything is sent, as a message that has begun cannot be taken back.
public struct Prepared: Sendable {
    public var context: PresentationContext
    public var dataSet: PrimedPieces

    /// - Parameters:
    ///   - preferred: transfer syntaxes the receiver wants, the best first.
    ///   - asSCP: we are the acceptor and send in the role that was selected (C-GET).
    /// - Throws: `SendError` with what is wrong; `CancellationError`.
    public init(_ object: Outgoing, over association: Association, preferred: [UID] = [], asSCP: Bool = false) async throws {
        let syntaxes = TransferPlan.syntaxes(for: object, preferred: preferred)
        var problems: [String] = []
        for syntax in syntaxes {
            guard let context = association.context(for: object.sopClass, syntaxes: [syntax], asSCP: asSCP) else { continue }
            do {
                let pieces = object.dataSet(syntax)
                var iterator = pieces.makeAsyncIterator()
                let first = try await iterator.next()
                self.init(context: context, dataSet: PrimedPieces(first: first, rest: pieces))
                return
            } catch let error as CancellationError {
                throw error
            } catch {
                try Task.checkCancellation()
                problems.append(syntax == object.transferSyntax ? "\(error)" : "as \(syntax.name): \(error)")
            }
        }
        throw SendError(
            problems.isEmpty ? association.missingContext(for: object.sopClass, syntaxes: syntaxes) : problems.joined(separator: "; "))
    }

    private init(context: PresentationContext, dataSet: PrimedPieces) {
        self.context = context
        self.dataSet = dataSet
    }
}

/// Pieces of which the first has been fetched.
public struct PrimedPieces: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer
    let first: ByteBuffer?
    let rest: DataSetPieces

    public func makeAsyncIterator() -> Iterator { Iterator(first: first, rest: rest.makeAsyncIterator()) }

    public struct Iterator: AsyncIteratorProtocol {
        var first: ByteBuffer?
        var rest: DataSetPieces.Iterator

        public mutating func next() async throws -> ByteBuffer? {
            if let first {
                self.first = nil
                return first
            }
            return try await rest.next()
        }
    }
}

/// What a receiver made of an object.
public enum SendResult: Sendable, Equatable {
    case stored
    /// Stored, but the receiver has a remark (PS3.4 Table B.2-1, Bxxx).
    case warned(String, DIMSEStatus)
    case refused(String, DIMSEStatus)
    /// It did not get there.
    case failed(String)

    public var isStored: Bool {
        switch self {
        case .stored, .warned: true
        case .refused, .failed: false
        }
    }

    /// nil where there is nothing to say.
    public var words: String? {
        switch self {
        case .stored: nil
        case .warned(let words, _), .refused(let words, _), .failed(let words): words
        }
    }

    /// From a C-STORE-RSP: status with its meaning, and the Error Comment where there is one.
    public init(_ response: CommandSet) {
        let status = response.status ?? .processingFailure
        let words = ["\(status)\(status.meaning(in: "storage").map { " \($0)" } ?? "")", response.errorComment].compactMap { $0 }.joined(separator: ": ")
        switch status.category {
        case .success: self = .stored
        case .warning: self = .warned(words, status)
        default: self = .refused(words, status)
        }
    }
}
