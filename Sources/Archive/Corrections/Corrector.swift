import DICOM

/// Looks at an object that is coming in: refuses it, or says what is to be different from how it came.
public struct Corrector: Sendable {
    /// Who corrects: Modifying System (0400,0563).
    public var system: String
    /// - Throws: `.refused` with the status that the sender is to hear.
    public var correct: @Sendable (DataSet) throws(ArchiveError) -> Correction?

    public init(system: String, correct: @escaping @Sendable (DataSet) throws(ArchiveError) -> Correction?) {
        self.system = system
        self.correct = correct
    }

    /// By rules; nil where there are none.
    ///
    /// - Parameter problems: hears what could not be done.
    public init?(rules: CoercionRules, _ context: CoercionContext, system: String, problems: @escaping @Sendable (UID?, [String]) -> Void = { _, _ in }) {
        guard !rules.isEmpty else { return nil }
        self.init(system: system) { (dataSet) throws(ArchiveError) in
            do throws(CoercionRefusal) {
                let coerced = try rules.apply(to: dataSet, context)
                if !coerced.problems.isEmpty { problems(dataSet.uid(.sopInstanceUID), coerced.problems) }
                return coerced.correction
            } catch {
                throw ArchiveError(refused: error)
            }
        }
    }
}

/// What a corrector made of an object that goes into the index.
struct Corrected: Sendable {
    /// nil: it was looked at, and stays as it came.
    var correction: Correction?
    var system: String
    /// Name of who sent it.
    var sender: String
    /// Of a correction that is recorded already.
    var id: Int64?
}

extension ArchiveError {
    init(refused refusal: CoercionRefusal) {
        self.init(.refused, refusal.words)
        self.refusal = refusal.status
    }
}
