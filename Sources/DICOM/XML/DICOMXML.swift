/// Native DICOM Model (PS3.19 §A.1): data sets as UTF-8 XML and back.
public enum DICOMXML {
    /// Where the value of an element can be fetched instead of standing in the XML; asked as for ``DICOMJSON``.
    public typealias BulkDataURI = DICOMJSON.BulkDataURI

    /// Of the schema in PS3.19 §A.1.6.
    static let namespace = "http://dicom.nema.org/PS3.19/models/NativeDICOM"

    /// One document; attributes in ascending order, without group lengths.
    ///
    /// Text is converted to UTF-8; a Specific Character Set becomes `ISO_IR 192`. IS and DS keep their text. Characters that XML 1.0
    /// cannot hold, control characters above all, become U+FFFD. Private attributes keep their block and name its creator.
    public static func encode(_ dataSet: DataSet, bulkData: BulkDataURI? = nil) throws(WriteError) -> [UInt8] {
        var encoder = XMLEncoder(bulkData: bulkData)
        try encoder.writeDocument(dataSet)
        return encoder.out
    }

    /// One document. What is neither the vocabulary of PS3.19 nor plain UTF-8 XML is refused: no document type, no entities but the
    /// five of XML and character references.
    ///
    /// Private attributes may stand with their block or with 00 in its place: they go where `privateCreator` has its block.
    ///
    /// - Parameter bulkData: the bytes behind a `uri`, or `urn:uuid:` and a `uuid`; nil refuses the attribute.
    public static func decode(
        _ bytes: [UInt8], limits: ReadLimits = ReadLimits(), bulkData: ((_ path: ElementPath, _ uri: String) -> [UInt8]?)? = nil
    ) throws(DICOMXMLError) -> DataSet {
        var decoder = try XMLDecoder(bytes, limits: limits, bulkData: bulkData)
        return try decoder.document()
    }
}

/// Why XML is no data set.
public struct DICOMXMLError: Error, Equatable, Sendable {
    public enum Code: Sendable {
        /// No XML 1.0, or of its constructs one that is not read.
        case syntax
        case nestingTooDeep, tooManyElements
        /// XML, but not as PS3.19 has it.
        case model
        /// Not a value of the attribute's VR.
        case value
        /// A reference that nobody resolves.
        case bulkData
    }

    public var code: Code
    /// Where in the data set; empty where the XML itself is broken.
    public var path: String
    /// From the first byte of the XML.
    public var offset: Int
    public var message: String

    /// Equal by code, so that tests are short.
    public static func == (a: DICOMXMLError, b: DICOMXMLError) -> Bool { a.code == b.code }
}

extension DICOMXMLError: CustomStringConvertible {
    public var description: String { (path.isEmpty ? "" : path + " ") + "at byte \(offset): \(message)" }
}
