public enum DICOMJSON {
    public typealias BulkDataURI = (_ path: ElementPath, _ element: DataElement) -> String?
    public static let bulkDataThreshold = 1024
    public static func encode(_ dataSet: DataSet, bulkData: BulkDataURI? = nil) throws -> [UInt8] { [] }
    public static func encode(_ dataSets: [DataSet], bulkData: BulkDataURI? = nil) throws -> [UInt8] { [] }
}
public struct ElementPath: Hashable, Sendable {
    public struct Step: Hashable, Sendable { public var sequence: Tag; public var item: Int }
    public var steps: [Step] = []
    public var tag: Tag
    public init?(_ text: some StringProtocol) { return nil }
}
