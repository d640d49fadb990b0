/// What is to be done to the attributes of objects that meet its conditions. Written by people, as JSON:
///
///     {
///       "name": "CT1 knows no issuer",
///       "when": { "CallingAETitle": "CT1", "Modality": ["CT", "PT"], "IssuerOfPatientID": "" },
///       "characterSet": { "declare": "ISO_IR 144", "convert": "ISO_IR 192" },
///       "trim": ["PatientID"], "upperCase": ["PatientName"], "lowerCase": [],
///       "map": { "StationName": { "values": { "OLD1": "CT1" }, "otherwise": "CT" } },
///       "set": { "InstitutionName": "North", "StudyID": "${AccessionNumber:1-8}" },
///       "issuer": { "patientID": "NORTH", "prefix": "N-", "accessionNumber": "RIS-N" },
///       "remove": ["(0009,ACME)", "PatientComments"],
///       "refuse": { "status": "A700", "words": "…" }
///     }
///
/// All is optional but the name. Its parts take place in the order in which they stand here, whatever their order in the file, each on
/// what the one before has left. What a rule refuses it does not change.
public struct CoercionRule: Sendable, Hashable {
    /// For people: it stands in the record of what was changed.
    public var name: String
    /// By attribute, `CallingAETitle` or `CalledAETitle`: patterns, one of which a value must match. `*` and `?` are wildcards, an empty
    /// pattern is an attribute that is absent or empty, `!` before a pattern: no value matches it. Of UIDs the keyword may stand.
    public var when: [String: Alternatives] = [:]
    public var characterSet: CharacterSetChange?
    /// Spaces at both ends of each value go.
    public var trim: [String] = []
    public var upperCase: [String] = []
    public var lowerCase: [String] = []
    public var map: [String: ValueTable] = [:]
    /// By attribute: its new text. `${Keyword}` stands for a value of the data set, `${Keyword:2-5}` for some of its characters,
    /// `${Keyword^2}` for a component, `$$` for a dollar sign. `\` separates values.
    public var set: [String: String] = [:]
    public var issuer: Issuer?
    public var remove: [String] = []
    public var refuse: Refusal?

    public init(name: String) { self.name = name }

    /// One pattern or several.
    public struct Alternatives: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
        public var patterns: [String]

        public init(_ patterns: [String]) { self.patterns = patterns }
        public init(stringLiteral pattern: String) { patterns = [pattern] }
        public init(arrayLiteral patterns: String...) { self.patterns = patterns }
    }

    /// Values of Specific Character Set, between backslashes.
    public struct CharacterSetChange: Sendable, Hashable, Codable {
        /// What the text really is in: the label changes, the text's bytes do not.
        public var declare: String?
        /// What the text is to be in: the bytes change, the text does not.
        public var convert: String?

        public init(declare: String? = nil, convert: String? = nil) {
            self.declare = declare
            self.convert = convert
        }
    }

    public struct ValueTable: Sendable, Hashable, Codable {
        public var values: [String: String]
        /// For a value that the table does not name; nil: it stays.
        public var otherwise: String?

        public init(_ values: [String: String], otherwise: String? = nil) {
            self.values = values
            self.otherwise = otherwise
        }
    }

    /// Who gave out the identifiers, where the object does not say.
    public struct Issuer: Sendable, Hashable, Codable {
        /// Issuer of Patient ID (0010,0021).
        public var patientID: String?
        /// Before Patient ID, which does not begin with it yet and whose issuer is not stated.
        public var prefix: String?
        /// Local Namespace Entity ID of Issuer of Accession Number Sequence (0008,0051).
        public var accessionNumber: String?

        public init(patientID: String? = nil, prefix: String? = nil, accessionNumber: String? = nil) {
            self.patientID = patientID
            self.prefix = prefix
            self.accessionNumber = accessionNumber
        }
    }

    public struct Refusal: Sendable, Hashable, Codable {
        /// Four hexadecimal digits of a failure: A700, A900, C000, 0122, 0124 …
        public var status: String
        public var words: String

        public init(status: String, words: String) {
            self.status = status
            self.words = words
        }
    }
}
