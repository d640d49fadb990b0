/// A value of VR PN: up to three ways to write one name, each of five components (PS3.5 §6.2.1).
public struct PersonName: Hashable, Sendable {
    public struct Group: Hashable, Sendable {
        public var familyName: String
        public var givenName: String
        public var middleName: String
        public var prefix: String
        /// With whatever follows further delimiters.
        public var suffix: String

        public init(familyName: String = "", givenName: String = "", middleName: String = "", prefix: String = "", suffix: String = "") {
            self.familyName = familyName
            self.givenName = givenName
            self.middleName = middleName
            self.prefix = prefix
            self.suffix = suffix
        }

        /// `Adams^John Robert Quincy^^Rev.^B.A. M.Div.`; spaces around components carry no meaning.
        public init(_ text: some StringProtocol) {
            let parts = text.split(separator: "^", maxSplits: 4, omittingEmptySubsequences: false).map { Self.trimmed($0) }
            func part(_ index: Int) -> String { index < parts.count ? parts[index] : "" }
            self.init(familyName: part(0), givenName: part(1), middleName: part(2), prefix: part(3), suffix: part(4))
        }

        /// In the order of the components; delimiters after the last that is not empty are left out.
        public var text: String { PersonName.joined([familyName, givenName, middleName, prefix, suffix], by: "^") }

        public var isEmpty: Bool { text.isEmpty }

        private static func trimmed(_ text: some StringProtocol) -> String {
            var scalars = Substring(text).unicodeScalars
            while scalars.first == " " { scalars.removeFirst() }
            while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
            return String(Substring(scalars))
        }
    }

    /// In Latin letters, or the only one there is.
    public var alphabetic: Group
    public var ideographic: Group
    public var phonetic: Group

    public init(alphabetic: Group = Group(), ideographic: Group = Group(), phonetic: Group = Group()) {
        self.alphabetic = alphabetic
        self.ideographic = ideographic
        self.phonetic = phonetic
    }

    /// One decoded value: `Yamada^Tarou=山田^太郎=やまだ^たろう`.
    public init(_ text: some StringProtocol) {
        let groups = text.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false).map { Group($0) }
        func group(_ index: Int) -> Group { index < groups.count ? groups[index] : Group() }
        self.init(alphabetic: group(0), ideographic: group(1), phonetic: group(2))
    }

    /// In alphabetic, ideographic, phonetic order.
    public var groups: [Group] { [alphabetic, ideographic, phonetic] }

    /// As it is encoded, without delimiters that nothing follows.
    public var text: String { Self.joined(groups.map(\.text), by: "=") }

    public var isEmpty: Bool { text.isEmpty }

    private static func joined(_ parts: [String], by delimiter: String) -> String {
        var parts = parts
        while parts.last?.isEmpty == true { parts.removeLast() }
        return parts.joined(separator: delimiter)
    }
}

extension PersonName: CustomStringConvertible {
    public var description: String { text }
}

extension DataSet {
    /// All values of a PN element; empty where absent.
    public func personNames(_ tag: Tag) -> [PersonName] { strings(tag).map { PersonName($0) } }

    /// First value; nil where absent or empty.
    public func personName(_ tag: Tag) -> PersonName? { string(tag).map { PersonName($0) } }
}
