import DICOM

/// What a C-MOVE or C-GET asks for (PS3.4 §C.4.2, §C.4.3, Annexes Y and Z): a level, and the unique keys of it and of the levels above.
public struct Retrieval: Sendable, Hashable {
    /// Information models by what their SOP classes have in common (PS3.4 §C.3, §Y.3, §Z.3).
    public enum Model: Sendable, CaseIterable {
        case patientRoot, studyRoot, patientStudyOnly, compositeInstanceRoot

        /// Levels at which may be retrieved.
        var levels: [Query.Level] {
            switch self {
            case .patientRoot: [.patient, .study, .series, .instance]
            case .studyRoot: [.study, .series, .instance]
            case .patientStudyOnly: [.patient, .study]
            case .compositeInstanceRoot: [.instance]
            }
        }
    }

    public var level: Query.Level
    /// nil: not asked for.
    public var patientID: String?
    public var studies: [UID] = []
    public var series: [UID] = []
    public var instances: [UID] = []

    public init(_ level: Query.Level, patientID: String? = nil, studies: [UID] = [], series: [UID] = [], instances: [UID] = []) {
        self.level = level
        self.patientID = patientID
        self.studies = studies
        self.series = series
        self.instances = instances
    }

    /// Why an identifier is no request, for a response: status by `problem`, Offending Element, Error Comment.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        public enum Problem: Sendable {
            /// A900H
            case doesNotMatchSOPClass
            /// C000H
            case notUnderstood
            /// AA02H: single frames are not extracted.
            case framesNotExtracted
        }

        public var problem: Problem
        public var tag: Tag
        public var description: String
    }

    /// Reads an identifier. The unique key of the level must be there, single or as a list; Patient ID is single. Keys of the levels
    /// above are obeyed where they are given; UIDs are unique without them, so their absence is forgiven also where no relational
    /// retrieve was negotiated. What is no unique key is no part of a retrieve and is ignored.
    public init(_ identifier: DataSet, model: Model) throws(Invalid) {
        let text = Self.strings(.queryRetrieveLevel, identifier).first ?? ""
        if model == .compositeInstanceRoot, text == "FRAME" {
            throw Invalid(problem: .framesNotExtracted, tag: .queryRetrieveLevel, description: "frames are not extracted: ask for the whole instance")
        }
        guard !text.isEmpty else {
            throw Invalid(problem: .doesNotMatchSOPClass, tag: .queryRetrieveLevel, description: "the Query/Retrieve Level is missing")
        }
        guard let level = Query.Level(text), model.levels.contains(level) else {
            throw Invalid(problem: .doesNotMatchSOPClass, tag: .queryRetrieveLevel, description: "\(text.prefix(16)) is no level of this information model")
        }
        self.init(level)
        studies = try Self.uids(.studyInstanceUID, identifier, at: .study, of: level)
        series = try Self.uids(.seriesInstanceUID, identifier, at: .series, of: level)
        instances = try Self.uids(.sopInstanceUID, identifier, at: .instance, of: level)
        let patients = Self.strings(.patientID, identifier)
        guard patients.count <= 1 else { throw Invalid(problem: .doesNotMatchSOPClass, tag: .patientID, description: "more than one Patient ID") }
        patientID = patients.first
        if level == .patient {
            guard let patientID else { throw Invalid(problem: .doesNotMatchSOPClass, tag: .patientID, description: "level PATIENT needs a Patient ID") }
            guard !patientID.contains("*"), !patientID.contains("?") else {
                throw Invalid(problem: .doesNotMatchSOPClass, tag: .patientID, description: "a Patient ID of a retrieve is no wildcard")
            }
        }
    }

    private static func strings(_ tag: Tag, _ identifier: DataSet) -> [String] {
        (identifier[tag]?.strings(in: identifier.characterSet) ?? []).map { $0.trimming(" \0") }.filter { !$0.isEmpty }
    }

    private static func uids(_ tag: Tag, _ identifier: DataSet, at own: Query.Level, of level: Query.Level) throws(Invalid) -> [UID] {
        // A key below the level has no place in the request (§C.4.2.1.4).
        guard own <= level else { return [] }
        var uids: [UID] = []
        for text in strings(tag, identifier) {
            guard let uid = UID(text) else { throw Invalid(problem: .doesNotMatchSOPClass, tag: tag, description: "'\(text.prefix(40))' is no UID") }
            uids.append(uid)
        }
        guard own < level || !uids.isEmpty else {
            throw Invalid(problem: .doesNotMatchSOPClass, tag: tag, description: "the unique key of the level is missing")
        }
        return uids
    }
}

extension String {
    fileprivate func trimming(_ characters: String) -> String {
        String(drop { characters.contains($0) }.reversed().drop { characters.contains($0) }.reversed())
    }
}
