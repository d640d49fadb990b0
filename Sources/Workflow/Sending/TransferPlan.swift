import DICOM
import DICOMImage
import DICOMNetwork

/// In which transfer syntaxes objects may go out, and the presentation contexts that takes.
public enum TransferPlan {
    /// The syntaxes an object can be had in without loss, the best first: those that the receiver wants, as it is stored, uncompressed.
    ///
    /// What has been compressed with loss goes out as it is or decompressed, never compressed anew. Video is kept.
    public static func syntaxes(for object: Outgoing, preferred: [UID] = []) -> [TransferSyntax] {
        let stored = object.transferSyntax
        var result: [TransferSyntax] = []
        func add(_ syntax: TransferSyntax) { if !result.contains(syntax) { result.append(syntax) } }
        for uid in preferred.map({ TransferSyntax($0) }) where uid == stored || isReachable(uid, from: object) { add(uid) }
        add(stored)
        for syntax in [TransferSyntax.explicitVRLittleEndian, .implicitVRLittleEndian] where isReachable(syntax, from: object) { add(syntax) }
        return result
    }

    private static func isReachable(_ syntax: TransferSyntax, from object: Outgoing) -> Bool {
        let stored = object.transferSyntax
        guard syntax.uid == stored.uid || Compression.of(syntax) != nil else { return false }
        // What cannot be decoded goes out as it came.
        guard !stored.isEncapsulated || FrameCodec.of(stored) != nil && !Video.holds(stored) || object.isImage == false else { return false }
        guard syntax.isEncapsulated else { return true }
        guard object.isImage ?? !stored.isDeflated, let compression = Compression.of(syntax), compression.isLossless, compression.isWritten else { return false }
        // Samples that a lossy code lost are not made to look lossless.
        return !stored.isEncapsulated || Compression.of(stored)?.isLossless == true
    }

    /// One context a class and syntax, so that the receiver takes or refuses each.
    public struct Context: Hashable, Sendable {
        public var sopClass: UID
        public var transferSyntax: UID

        public init(_ sopClass: UID, _ transferSyntax: UID) {
            self.sopClass = sopClass
            self.transferSyntax = transferSyntax
        }
    }

    /// PS3.8 §9.3.2.2: odd numbers below 256.
    static let mostContexts = NetworkLimits.presentationContexts

    /// What objects need, in their order, up to what one association holds. All of an object's contexts are in it, or none: which
    /// would not fit waits for the next association.
    static func contexts(for objects: some Sequence<Outgoing>, preferred: [UID]) -> [Context] {
        var contexts: [Context] = []
        var seen = Set<Context>()
        for object in objects {
            let needed = syntaxes(for: object, preferred: preferred).map { Context(object.sopClass, $0.uid) }.filter { !seen.contains($0) }
            guard contexts.count + needed.count <= mostContexts else { continue }
            contexts += needed
            seen.formUnion(needed)
        }
        return contexts
    }
}

extension Association {
    /// The contexts that were proposed, taken or not.
    var proposed: Set<TransferPlan.Context> {
        Set(request.presentationContexts.flatMap { context in
            context.transferSyntaxes.compactMap { syntax in context.abstractSyntax.map { TransferPlan.Context($0, syntax) } }
        })
    }

    /// The accepted context for an object that comes first in its syntaxes.
    ///
    /// - Parameter asSCP: where we are the acceptor, and send in the role that was selected (C-GET, PS3.4 §C.5.3).
    func context(for sopClass: UID, syntaxes: [TransferSyntax], asSCP: Bool = false) -> PresentationContext? {
        for syntax in syntaxes {
            if let context = presentationContexts.first(where: {
                $0.abstractSyntax == sopClass && $0.transferSyntax == syntax.uid && (!asSCP || $0.requestorIsSCP)
            }) { return context }
        }
        return nil
    }

    /// Why there is none, with what was tried.
    func missingContext(for sopClass: UID, syntaxes: [TransferSyntax]) -> String {
        let tried = syntaxes.map(\.name).joined(separator: ", ")
        var why = "not proposed"
        do { _ = try context(for: sopClass); why = "accepted in other transfer syntaxes only" } catch {
            if case .noContextAccepted(_, let words) = error { why = words }
        }
        return "no presentation context for \(UIDTable.entry(for: sopClass)?.name ?? sopClass.text): \(why); tried \(tried)"
    }
}
