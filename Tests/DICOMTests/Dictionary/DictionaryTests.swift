import Foundation
import Testing

@testable import DICOM

@Suite("Dictionary")
struct DictionaryTests {
    /// Copied by hand from PS3.6 §6 to §9 and PS3.7 §E.
    static let attributes: [(tag: String, vr: String, vm: String, keyword: String, retired: Bool)] = [
        ("0000,0000", "UL", "1", "CommandGroupLength", false),
        ("0000,0100", "US", "1", "CommandField", false),
        ("0000,0900", "US", "1", "Status", false),
        ("0002,0000", "UL", "1", "FileMetaInformationGroupLength", false),
        ("0002,0010", "UI", "1", "TransferSyntaxUID", false),
        ("0004,1220", "SQ", "1", "DirectoryRecordSequence", false),
        ("0008,0005", "CS", "1-n", "SpecificCharacterSet", false),
        ("0008,0008", "CS", "2-n", "ImageType", false),
        ("0008,0018", "UI", "1", "SOPInstanceUID", false),
        ("0008,0020", "DA", "1", "StudyDate", false),
        ("0008,0030", "TM", "1", "StudyTime", false),
        ("0008,0050", "SH", "1", "AccessionNumber", false),
        ("0008,0054", "AE", "1-n", "RetrieveAETitle", false),
        ("0008,0120", "UR", "1", "URNCodeValue", false),
        ("0008,1190", "UR", "1", "RetrieveURL", false),
        ("0008,002A", "DT", "1", "AcquisitionDateTime", false),
        ("0008,0001", "UL", "1", "LengthToEnd", true),
        ("0010,0010", "PN", "1", "PatientName", false),
        ("0010,1010", "AS", "1", "PatientAge", false),
        ("0010,4000", "LT", "1", "PatientComments", false),
        ("0018,0050", "DS", "1", "SliceThickness", false),
        ("0018,602C", "FD", "1", "PhysicalDeltaX", false),
        ("0020,0013", "IS", "1", "InstanceNumber", false),
        ("0020,0037", "DS", "6", "ImageOrientationPatient", false),
        ("0028,0009", "AT", "1-n", "FrameIncrementPointer", false),
        ("0028,0106", "US|SS", "1", "SmallestImagePixelValue", false),
        ("0028,0301", "CS", "1", "BurnedInAnnotation", false),
        ("0028,1101", "US|SS", "3", "RedPaletteColorLookupTableDescriptor", false),
        ("0028,1201", "OW", "1", "RedPaletteColorLookupTableData", false),
        ("0028,3006", "US|OW", "1-n", "LUTData", false),
        ("0040,A160", "UT", "1", "TextValue", false),
        ("0040,A30A", "DS", "1-n", "NumericValue", false),
        ("0066,0016", "OF", "1", "PointCoordinatesData", false),
        ("0072,0066", "LO", "1-n", "SelectorLOValue", false),
        ("3004,000E", "DS", "1", "DoseGridScaling", false),
        ("5012,3000", "OB|OW", "1", "CurveData", true),
        ("6000,0010", "US", "1", "OverlayRows", false),
        ("601E,3000", "OB|OW", "1", "OverlayData", false),
        ("7FE0,0001", "OV", "1", "ExtendedOffsetTable", false),
        ("7FE0,0008", "OF", "1", "FloatPixelData", false),
        ("7FE0,0010", "OB|OW", "1", "PixelData", false),
        ("FFFC,FFFC", "OB", "1", "DataSetTrailingPadding", false),
        ("FFFE,E000", "", "1", "Item", false),
        ("0020,3142", "CS", "1-n", "SourceImageIDs", true),
        ("0013,0000", "UL", "1", "GroupLength", true),
        ("0009,0010", "LO", "1", "PrivateCreator", false),
    ]

    @Test("Attributes of PS3.6", arguments: attributes)
    func attribute(tag: String, vr: String, vm: String, keyword: String, retired: Bool) throws {
        let entry = try #require(DataElementTable.entry(for: try Tag.named(tag)))
        #expect(entry.vrs.map(\.description).joined(separator: "|") == vr)
        #expect(entry.vm == vm)
        #expect(entry.keyword == keyword)
        #expect(entry.isRetired == retired)
    }

    @Test("Tags the standard does not know", arguments: ["0008,0002", "0009,1001", "0009,0001", "6001,1010", "7FE0,0012"])
    func unknown(tag: String) throws {
        let tag = try Tag.named(tag)
        #expect(DataElementTable.entry(for: tag) == nil)
    }

    @Test("Keywords", arguments: [
        ("PatientName", "00100010"), ("OverlayRows", "60000010"), ("EscapeTriplet", "10000010"), ("PixelData", "7FE00010"),
    ])
    func keyword(keyword: String, tag: String) { #expect(DataElementTable.tag(keyword: keyword)?.hex == tag) }

    @Test func noSuchKeyword() {
        #expect(DataElementTable.tag(keyword: "PatientsName") == nil)
        #expect(DataElementTable.tag(keyword: "") == nil)
    }

    @Test("Rows are whole, in order, and none is there twice")
    func rows() {
        var patterns: Set<TagPattern> = []
        var count = 0
        TableText.forEachRow(of: DataElementTable.rows, columns: 6) { fields in
            count += 1
            #expect(fields.count == 6 && fields[0].count == 8 && !fields[2].isEmpty && !fields[4].isEmpty)
            let unknown = TableText.vrs(fields[1]).filter { !$0.isKnown }
            #expect(unknown.isEmpty)
            patterns.insert(TagPattern(fields[0]))
        }
        #expect(count == 5370)
        #expect(patterns.count == count)
        #expect(DataElementTable.tags == DataElementTable.tags.sorted())
        #expect(UIDTable.uids.count == 493)
        #expect(UIDTable.uids.allSatisfy { UID($0.text) == $0 })
    }

    @Test("Private elements", arguments: [
        ("0029,1010", "SIEMENS CSA HEADER", "OB"), ("0029,1110", "SIEMENS CSA HEADER", "OB"), ("0019,1002", "GEMS_ACQU_01", "SL"),
        ("0009,1001", "GEMS_IDEN_01", "LO"), ("2001,1003", "Philips Imaging DD 001", "FL"), ("7019,1080", "TOSHIBA_MEC_OT3", "OW"),
    ])
    func privateElement(tag: String, creator: String, vr: String) throws {
        let tag = try Tag.named(tag)
        #expect(PrivateElementTable.vr(of: tag, creator: creator)?.description == vr)
    }

    @Test func unknownPrivateElement() {
        #expect(PrivateElementTable.vr(of: Tag(0x0029, 0x1010), creator: "NOBODY") == nil)
        #expect(PrivateElementTable.vr(of: Tag(0x0029, 0x1010), creator: "") == nil)
        #expect(PrivateElementTable.vr(of: Tag(0x0028, 0x0010), creator: "SIEMENS CSA HEADER") == nil)
    }

    @Test("UIDs of PS3.6 Annex A", arguments: [
        ("1.2.840.10008.1.1", "Verification SOP Class", UIDTable.Kind.sopClass),
        ("1.2.840.10008.1.2", "Implicit VR Little Endian", .transferSyntax),
        ("1.2.840.10008.1.2.4.90", "JPEG 2000 Image Compression (Lossless Only)", .transferSyntax),
        ("1.2.840.10008.5.1.4.1.1.2", "CT Image Storage", .sopClass),
        ("1.2.840.10008.3.1.1.1", "DICOM Application Context Name", .applicationContextName),
        ("1.2.840.10008.1.20.1.1", "Storage Commitment Push Model SOP Instance", .wellKnownSOPInstance),
    ])
    func uid(text: String, name: String, kind: UIDTable.Kind) throws {
        let entry = try #require(UIDTable.entry(for: try UID.named(text)))
        #expect(entry.name.hasPrefix(name))
        #expect(entry.type == kind)
    }

    @Test func transferSyntaxNames() throws {
        #expect(TransferSyntax.explicitVRBigEndian.name.hasPrefix("Explicit VR Big Endian"))
        #expect(TransferSyntax(try UID.named("1.2.3")).name == "1.2.3")
    }

    @Test func sopClasses() throws {
        let ct = try #require(SOPClassTable.entry(for: try UID.named("1.2.840.10008.5.1.4.1.1.2")))
        #expect(ct.isStorage && ct.name == "CT Image Storage" && ct.keyword == "CTImageStorage" && !ct.isRetired)
        let echo = try #require(SOPClassTable.entry(for: try UID.named("1.2.840.10008.1.1")))
        #expect(!echo.isStorage)
        #expect(SOPClassTable.storageClasses.contains { $0.text == "1.2.840.10008.5.1.4.1.1.104.1" })
        #expect(!SOPClassTable.storageClasses.contains { $0.text == "1.2.840.10008.1.3.10" })
        #expect(SOPClassTable.storageClasses.allSatisfy { UIDTable.entry(for: $0)?.type == .sopClass })
    }

    @Test("Every constant of Tag+Keywords.swift is the attribute of that keyword")
    func constants() throws {
        let source = Standard.repository.appendingPathComponent("Sources/DICOM/DataSet/Tag+Keywords.swift")
        let line = try Regex(#"static let (\w+) = Tag\(0x(\w{4}), 0x(\w{4})\)"#, as: (Substring, Substring, Substring, Substring).self)
        var count = 0
        for match in try String(contentsOf: source, encoding: .utf8).matches(of: line) {
            let (_, name, group, element) = match.output
            let tag = try #require(Tag(hex: group + element))
            let expected = name == "item" || name.hasSuffix("Delimitation") ? name + (name == "item" ? "" : "Item") : name[...]
            #expect(DataElementTable.entry(for: tag)?.keyword.lowercased() == expected.lowercased(), "\(tag)")
            count += 1
        }
        #expect(count > 200)
    }
}

@Suite("Dictionary and the standard's tables", .enabled(if: Standard.root != nil, "no tables beside the repository"))
struct DictionaryStandardTests {
    @Test func everyDataElement() throws {
        let rows = try Standard.table("data-elements.tsv")
        #expect(rows.count >= 5370)
        for row in rows {
            let pattern = try #require(row["tag"])
            // Two instances of each repeating group, both of an even group.
            for digit in pattern.contains("x") ? ["2", "4"] : ["0"] {
                let tag = try #require(Tag(hex: pattern.replacingOccurrences(of: "x", with: digit)))
                if pattern.contains("x"), rows.contains(where: { $0["tag"] == tag.hex }) { continue }
                let entry = try #require(DataElementTable.entry(for: tag), "\(pattern)")
                #expect(entry.vrs.map(\.description).joined(separator: "|") == row["vr"]?.replacingOccurrences(of: "NONE", with: ""), "\(pattern)")
                #expect(entry.vm == row["vm"] && entry.name == row["name"] && entry.keyword == row["keyword"], "\(pattern)")
                #expect(entry.isRetired == (row["retired"] == "Y"), "\(pattern)")
            }
        }
    }

    @Test func everyUID() throws {
        for row in try Standard.table("uids.tsv") where row["uid"]?.hasSuffix(".") == false {
            let text = try #require(row["uid"])
            let entry = try #require(UIDTable.entry(for: try UID.named(text)), "\(text)")
            #expect(entry.name == row["name"] && entry.keyword == row["keyword"] && entry.type.rawValue == row["type"], "\(text)")
            #expect(entry.isRetired == (row["retired"] == "Y"), "\(text)")
        }
    }

    @Test func everySOPClass() throws {
        for row in try Standard.table("sop-classes.tsv") {
            let text = try #require(row["uid"])
            let entry = try #require(SOPClassTable.entry(for: try UID.named(text)), "\(text)")
            #expect(entry.isStorage == (row["storage"] == "Y") && entry.name == row["name"] && entry.iod == row["iod_name"], "\(text)")
        }
    }

    @Test func everyPrivateElement() throws {
        for row in try Standard.table("private-elements.tsv") {
            let pattern = try #require(row["tag"])
            guard !pattern.hasSuffix("xx") else { continue }
            var digits = Array(pattern)
            if digits[2] == "x" { digits.replaceSubrange(2...3, with: "01") }
            let tag = try #require(Tag(hex: String(digits).replacingOccurrences(of: "xx", with: "12")))
            let entry = try #require(PrivateElementTable.entry(for: tag, creator: row["creator"] ?? ""), "\(row)")
            let vr = row["vr"]?.replacingOccurrences(of: " or ", with: "|").replacingOccurrences(of: "_", with: "|")
            #expect(entry.vrs.map(\.description).joined(separator: "|") == vr, "\(row)")
        }
    }
}
