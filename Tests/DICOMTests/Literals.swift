import Testing

@testable import DICOM

/// Not the Tag of Swift Testing.
typealias Tag = DICOM.Tag

// What a test's table says as text.
extension Tag {
    static func named(_ text: String) throws -> Tag { try #require(Tag(hex: text), "\(text)") }
}

extension UID {
    static func named(_ text: String) throws -> UID { try #require(UID(text), "\(text)") }
}
