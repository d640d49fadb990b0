public struct DICOMDIR { public init(_ b: [UInt8]) throws(ReadError) {}; public struct F { public var path: [String] }; public var referencedFiles: [F] { [] } }
