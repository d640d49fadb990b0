import DICOM
import DICOMNetwork

/// Storage service class, user (PS3.4 §B): sends files as they are stored, over as many associations as their contexts need.
struct StoreSCU {
    var requestor: Requestor

    enum Result: Sendable {
        case stored
        /// Stored, but the peer has a remark (PS3.4 Table B.2-1, Bxxx).
        case warned(String)
        case refused(String)
    }

    /// Files are sent in groups of so many: what they need is proposed in one association.
    static let groupSize = 500
    /// PS3.8 §9.3.2.2: odd numbers below 256.
    private static let mostContexts = 128

    /// Sends a group and tells each file's result. A file that cannot be sent does not hold up the others.
    /// - Throws: `NetworkError` where no association can be had at all.
    func send(_ files: [OutgoingFile], told: (OutgoingFile, Result) -> Void) async throws {
        var rest = files[...]
        var failuresInRow = 0
        while let first = rest.first {
            let association = try await requestor.connect(proposals(for: rest))
            do {
                while let file = rest.first, isProposed(file, association) {
                    told(file, try await send(file, over: association))
                    rest.removeFirst()
                    failuresInRow = 0
                }
                try await association.release()
            } catch {
                association.abort("\(error)")
                // The file under way is tried once more on a new association; it may have been what ended the first.
                failuresInRow += 1
                if failuresInRow > 1, let file = rest.first {
                    told(file, .refused("\(error)"))
                    rest.removeFirst()
                    failuresInRow = 0
                }
            }
            // Nothing of this file was proposed: only an empty proposal does that.
            if rest.first?.name == first.name, failuresInRow == 0, !rest.isEmpty {
                told(first, .refused("no presentation context"))
                rest.removeFirst()
            }
        }
    }

    private struct Need: Hashable {
        var sopClass: UID
        var transferSyntax: UID
        init(_ file: OutgoingFile) {
            sopClass = file.sopClass
            transferSyntax = file.transferSyntax.uid
        }
    }

    /// One context a class and syntax, so that the peer takes or refuses each.
    private func proposals(for files: ArraySlice<OutgoingFile>) -> [Requestor.Proposal] {
        var needs: [Need] = []
        var seen = Set<Need>()
        for file in files where seen.insert(Need(file)).inserted {
            needs.append(Need(file))
            if needs.count == Self.mostContexts { break }
        }
        return needs.map { Requestor.Proposal($0.sopClass, [$0.transferSyntax]) }
    }

    private func isProposed(_ file: OutgoingFile, _ association: Association) -> Bool {
        association.request.presentationContexts.contains {
            $0.abstractSyntax == file.sopClass && $0.transferSyntaxes.contains(file.transferSyntax.uid)
        }
    }

    private func send(_ file: OutgoingFile, over association: Association) async throws -> Result {
        let context: PresentationContext
        do {
            context = try association.context(for: file.sopClass, transferSyntax: file.transferSyntax.uid)
        } catch {
            return .refused("\(error)")
        }
        let response = try await association.store(sopClass: file.sopClass, sopInstance: file.sopInstance, in: context, dataSet: file.dataSet)
        let status = response.status ?? .processingFailure
        let words = [status.meaning(in: "storage") ?? "\(status)", response.errorComment].compactMap { $0 }.joined(separator: ": ")
        switch status.category {
        case .success: return .stored
        case .warning: return .warned(words)
        default: return .refused(words)
        }
    }
}
