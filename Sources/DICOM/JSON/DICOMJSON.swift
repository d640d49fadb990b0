/// DICOM JSON Model (PS3.18 Annex F): data sets as UTF-8 JSON and back.
public enum DICOMJSON {
    /// Where the value of an element can be fetched instead of standing in the JSON; nil: it stands there.
    ///
    /// Asked for every value that Annex F encodes in base64, for every value that is not in memory, and for others from
    /// ``bulkDataThreshold`` bytes on.
    public typealias BulkDataURI = (_ path: ElementPath, _ element: DataElement) -> String?

    /// Bytes from which text and numbers may become bulk data.
    public static let bulkDataThreshold = 1024

    /// One object; attributes in ascending order, without group lengths.
    ///
    /// Text is converted to UTF-8; a Specific Character Set becomes `ISO_IR 192`. IS and DS become JSON numbers with the digits they
    /// have; what is no number stays a string.
    public static func encode(_ dataSet: DataSet, bulkData: BulkDataURI? = nil) throws(DICOMJSONError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8192)
        try encode(dataSet, into: &bytes, bulkData: bulkData)
        return bytes
    }

    /// Appends one object, for arrays of many.
    public static func encode(_ dataSet: DataSet, into bytes: inout [UInt8], bulkData: BulkDataURI? = nil) throws(DICOMJSONError) {
        var encoder = JSONEncoder(out: bytes, bulkData: bulkData)
        bytes = []
        defer { bytes = encoder.out }
        try encoder.write(dataSet, in: [])
    }

    /// An array of objects, as DICOMweb answers searches.
    public static func encode(_ dataSets: [DataSet], bulkData: BulkDataURI? = nil) throws(DICOMJSONError) -> [UInt8] {
        var bytes = [UInt8(ascii: "[")]
        for (index, dataSet) in dataSets.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            try encode(dataSet, into: &bytes, bulkData: bulkData)
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }

    /// One object.
    ///
    /// - Parameter bulkData: the bytes behind a BulkDataURI; nil refuses the attribute.
    public static func decode(
        _ bytes: [UInt8], limits: ReadLimits = ReadLimits(), bulkData: ((_ path: ElementPath, _ uri: String) -> [UInt8]?)? = nil
    ) throws(DICOMJSONError) -> DataSet {
        var decoder = JSONDecoder(limits: limits, bulkData: bulkData)
        return try decoder.dataSet(try JSONParser.parse(bytes, depth: JSONDecoder.jsonDepth(limits)))
    }

    /// An array of objects, or one object alone.
    public static func decodeAll(
        _ bytes: [UInt8], limits: ReadLimits = ReadLimits(), bulkData: ((_ path: ElementPath, _ uri: String) -> [UInt8]?)? = nil
    ) throws(DICOMJSONError) -> [DataSet] {
        var decoder = JSONDecoder(limits: limits, bulkData: bulkData)
        let value = try JSONParser.parse(bytes, depth: JSONDecoder.jsonDepth(limits))
        guard case .array(let values) = value else { return [try decoder.dataSet(value)] }
        var dataSets: [DataSet] = []
        for value in values { dataSets.append(try decoder.dataSet(value)) }
        return dataSets
    }

    /// As `decodeAll`; each data set has the limits for itself, and `bulkData` is told which it is, from 0.
    public static func decodeAll(
        _ bytes: [UInt8], limits: ReadLimits = ReadLimits(), bulkData: @escaping (_ dataSet: Int, _ path: ElementPath, _ uri: String) -> [UInt8]?
    ) throws(DICOMJSONError) -> [DataSet] {
        let value = try JSONParser.parse(bytes, depth: JSONDecoder.jsonDepth(limits) + 1)
        let values = if case .array(let values) = value { values } else { [value] }
        var dataSets: [DataSet] = []
        for (index, value) in values.enumerated() {
            var decoder = JSONDecoder(limits: limits) { path, uri in bulkData(index, path, uri) }
            dataSets.append(try decoder.dataSet(value))
        }
        return dataSets
    }
}

/// An element inside of items.
public struct ElementPath: Hashable, Sendable {
    public struct Step: Hashable, Sendable {
        public var sequence: Tag
        /// From 0.
        public var item: Int

        public init(_ sequence: Tag, item: Int) {
            self.sequence = sequence
            self.item = item
        }
    }

    public var steps: [Step]
    public var tag: Tag

    public init(_ steps: [Step] = [], _ tag: Tag) {
        self.steps = steps
        self.tag = tag
    }
}

extension ElementPath: CustomStringConvertible {
    /// `00081140/0/00081155`: fit for a URI.
    public var description: String { steps.map { "\($0.sequence.hex)/\($0.item)/" }.joined() + tag.hex }

    /// Reads `description`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count % 2 == 1, let tag = parts.last.flatMap({ Tag(hex: $0) }) else { return nil }
        var steps: [Step] = []
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            guard let sequence = Tag(hex: parts[index]), let item = Int(parts[index + 1]), item >= 0 else { return nil }
            steps.append(Step(sequence, item: item))
        }
        self.init(steps, tag)
    }
}

/// Why JSON is no data set, or a data set cannot be JSON.
public struct DICOMJSONError: Error, Equatable, Sendable {
    public enum Code: Sendable {
        /// No JSON (RFC 8259).
        case syntax
        case nestingTooDeep, tooManyElements
        /// JSON, but not as Annex F has it.
        case model
        /// Not a value of the attribute's VR.
        case value
        /// A value that is not in memory, or a BulkDataURI that nobody resolves.
        case bulkData
    }

    public var code: Code
    /// Where in the data set; empty where the JSON itself is broken.
    public var path: String
    /// From the first byte of the JSON; nil where it is no place in it.
    public var offset: Int?
    public var message: String

    /// Equal by code, so that tests are short.
    public static func == (a: DICOMJSONError, b: DICOMJSONError) -> Bool { a.code == b.code }
}

extension DICOMJSONError: CustomStringConvertible {
    public var description: String {
        (path.isEmpty ? "" : path + " ") + (offset.map { "at byte \($0) " } ?? "") + ": " + message
    }
}
