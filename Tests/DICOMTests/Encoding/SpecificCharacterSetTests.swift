import Testing

@testable import DICOM

@Suite("Specific Character Set")
struct SpecificCharacterSetTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var terms: String
        var hex: String
        var text: String
        var vr: VR = .PN
        var testDescription: String { "\(terms): \(text)" }
        var characterSet: SpecificCharacterSet { SpecificCharacterSet(terms.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)) }
        var bytes: [UInt8] { hex.split(separator: " ").compactMap { UInt8($0, radix: 16) } }
    }

    /// Encoded strings of PS3.5 Annexes H to K; these are also what we write.
    static let standard = [
        // H.3-1
        Case(terms: #"\ISO 2022 IR 87"#, hex: """
            59 61 6D 61 64 61 5E 54 61 72 6F 75 3D 1B 24 42 3B 33 45 44 1B 28 42 5E 1B 24 42 42 40 4F 3A 1B 28 42 3D \
            1B 24 42 24 64 24 5E 24 40 1B 28 42 5E 1B 24 42 24 3F 24 6D 24 26 1B 28 42
            """, text: "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        // H.3-2
        Case(terms: #"ISO 2022 IR 13\ISO 2022 IR 87"#, hex: """
            D4 CF C0 DE 5E C0 DB B3 3D 1B 24 42 3B 33 45 44 1B 28 4A 5E 1B 24 42 42 40 4F 3A 1B 28 4A 3D \
            1B 24 42 24 64 24 5E 24 40 1B 28 4A 5E 1B 24 42 24 3F 24 6D 24 26 1B 28 4A
            """, text: "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
        // I.2-1
        Case(terms: #"\ISO 2022 IR 149"#, hex: """
            48 6F 6E 67 5E 47 69 6C 64 6F 6E 67 3D 1B 24 29 43 FB F3 5E 1B 24 29 43 D1 CE D4 D7 3D \
            1B 24 29 43 C8 AB 5E 1B 24 29 43 B1 E6 B5 BF
            """, text: "Hong^Gildong=洪^吉洞=홍^길동"),
        // J.3-1, J.4-1
        Case(terms: "ISO_IR 192", hex: """
            57 61 6E 67 5E 58 69 61 6F 44 6F 6E 67 3D E7 8E 8B 5E E5 B0 8F E4 B8 9C
            """, text: "Wang^XiaoDong=王^小东"),
        Case(terms: "GB18030", hex: "57 61 6E 67 5E 58 69 61 6F 44 6F 6E 67 3D CD F5 5E D0 A1 B6 AB", text: "Wang^XiaoDong=王^小东"),
        // K.2-1
        Case(terms: #"\ISO 2022 IR 58"#, hex: """
            5A 68 61 6E 67 5E 58 69 61 6F 44 6F 6E 67 3D 1B 24 29 41 D5 C5 5E 1B 24 29 41 D0 A1 B6 AB 3D
            """, text: "Zhang^XiaoDong=张^小东="),
    ]

    /// Code pages of ISO 8859, JIS, TIS, GB, as other software encodes them.
    static let others = [
        Case(terms: "ISO_IR 100", hex: "42 75 63 5E 4A E9 72 F4 6D 65", text: "Buc^Jérôme"),
        Case(terms: "ISO_IR 101", hex: "57 61 B3 EA 73 61", text: "Wałęsa"),
        Case(terms: "ISO_IR 109", hex: "F8 F6", text: "ĝö"),
        Case(terms: "ISO_IR 110", hex: "F0 F3", text: "đķ"),
        Case(terms: "ISO_IR 144", hex: "BB EE DA 63 D2 D1 DA D8 D9", text: "Люкcвбкий"),
        Case(terms: "ISO_IR 127", hex: "E2 C8 C7 E6 EA 5E E4 E6 D2 C7 D1", text: "قباني^لنزار"),
        Case(terms: "ISO_IR 126", hex: "C4 E9 EF ED F5 F3 E9 EF F2", text: "Διονυσιος"),
        Case(terms: "ISO_IR 138", hex: "F9 F8 E5 EF 5E E3 E1 E5 F8 E4", text: "שרון^דבורה"),
        Case(terms: "ISO_IR 148", hex: "DD F0 FE", text: "İğş"),
        Case(terms: "ISO_IR 203", hex: "A4 BC", text: "€Œ"),
        Case(terms: "ISO_IR 166", hex: "CA C7 D1", text: "สวั"),
        Case(terms: "ISO_IR 13", hex: "D4 CF 5C C0", text: #"ﾔﾏ\ﾀ"#, vr: .LO),
        Case(terms: "ISO_IR 13", hex: "5C D4 7E", text: "¥ﾔ‾", vr: .LT),
        Case(terms: #"\ISO 2022 IR 87\ISO 2022 IR 159"#, hex: "1B 24 28 44 6C 3F 1B 24 42 33 30 1B 28 42", text: "鷗外"),
        Case(terms: #"ISO 2022 IR 100\ISO 2022 IR 144"#, hex: "E9 1B 2D 4C DA 1B 2D 41 5E E9", text: "éк^é"),
        Case(terms: "GB18030", hex: "95 32 82 36 94 39 FC 36", text: "𠀀😀", vr: .LO),
        // Line ends bring the first value's sets back (K.3): the extension is designated in each line.
        Case(terms: #"\ISO 2022 IR 58"#, hex: "1B 24 29 41 B5 DA 31 0D 0A 1B 24 29 41 B5 DA 32 0D 0A", text: "第1\r\n第2\r\n", vr: .LT),
    ]

    @Test("Decoded, and encoded to the same bytes", arguments: standard + others)
    func roundTrip(_ example: Case) {
        #expect(example.characterSet.decode(example.bytes[...], vr: example.vr) == example.text)
        if example.hex.hasPrefix("1B 24 29 41 B5") { return }
        #expect(example.characterSet.encode(example.text, vr: example.vr) == example.bytes)
    }

    @Test("5CH inside a character separates nothing", arguments: [
        Case(terms: "GBK", hex: "81 5C 5C 81 5C", text: #"乗\乗"#, vr: .LO),
        Case(terms: "GB18030", hex: "81 5C 5C 41", text: #"乗\A"#, vr: .LO),
        Case(terms: #"\ISO 2022 IR 87"#, hex: "1B 24 42 30 5C 1B 28 42 5C 41", text: #"以\A"#, vr: .LO),
    ])
    func backslash(_ example: Case) throws {
        let text = example.characterSet.decode(example.bytes[...], vr: example.vr)
        #expect(Text.values(text, vr: example.vr).count == 2)
        #expect(!text.contains("\u{FFFD}"))
    }

    @Test("What has no meaning is not guessed", arguments: [
        // Undeclared bytes of the upper half, and undeclared UTF-8, which cannot be chance.
        Case(terms: "", hex: "4D E9 78", text: "M\u{FFFD}x"),
        Case(terms: "", hex: "4D C3 A9 78", text: "Méx"),
        Case(terms: "ISO_IR 999", hex: "4D E9 78", text: "M\u{FFFD}x"),
        Case(terms: "ISO_IR 100", hex: "41 81 42", text: "A\u{FFFD}B"),
        Case(terms: "ISO_IR 192", hex: "41 E9 42", text: "A\u{FFFD}B"),
        Case(terms: "GB18030", hex: "41 81", text: "A\u{FFFD}"),
        Case(terms: "GB18030", hex: "41 FF 42", text: "A\u{FFFD}B"),
        // Escape sequences: cut off, unknown, and half a character.
        Case(terms: #"\ISO 2022 IR 87"#, hex: "41 1B", text: "A\u{FFFD}"),
        Case(terms: #"\ISO 2022 IR 87"#, hex: "41 1B 24", text: "A\u{FFFD}$"),
        Case(terms: #"\ISO 2022 IR 87"#, hex: "1B 24 28 51 41 5E 42", text: "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}", vr: .LO),
        Case(terms: #"\ISO 2022 IR 87"#, hex: "1B 24 28 51 41 5E 42", text: "\u{FFFD}\u{FFFD}^B"),
        Case(terms: #"\ISO 2022 IR 87"#, hex: "1B 24 42 3B 33 45", text: "山\u{FFFD}"),
        Case(terms: #"\ISO 2022 IR 149"#, hex: "1B 24 29 43 FB", text: "\u{FFFD}"),
    ])
    func replaced(_ example: Case) {
        #expect(example.characterSet.decode(example.bytes[...], vr: example.vr) == example.text)
    }

    @Test("Writers that bend the rules", arguments: [
        Case(terms: "ISO-IR 100", hex: "E9", text: "é"),
        Case(terms: "ISO_IR_100", hex: "E9", text: "é"),
        Case(terms: "ISO 2022 IR 100", hex: "E9", text: "é"),
        Case(terms: "ISO IR 100", hex: "E9", text: "é"),
        Case(terms: "iso_ir 100", hex: "E9", text: "é"),
        Case(terms: "ISO8859-1", hex: "E9", text: "é"),
        Case(terms: "ISO_IR_192", hex: "C3 A9", text: "é"),
        Case(terms: "ISO 2022 IR 192", hex: "C3 A9", text: "é"),
        Case(terms: "UTF8", hex: "C3 A9", text: "é"),
        Case(terms: "UTF-8", hex: "C3 A9", text: "é"),
        Case(terms: "GB 18030", hex: "CD F5", text: "王"),
        // The extension alone, and escapes that no term announces.
        Case(terms: "ISO 2022 IR 87", hex: "41 1B 24 42 3B 33 1B 28 42", text: "A山"),
        Case(terms: "", hex: "41 1B 24 42 3B 33 1B 28 42", text: "A山"),
        // Korean without a second escape after the delimiter: one set only can be meant.
        Case(terms: #"\ISO 2022 IR 149"#, hex: "1B 24 29 43 FB F3 5E D1 CE", text: "洪^吉"),
        Case(terms: "ISO 2022 IR 149", hex: "FB F3", text: "洪"),
    ])
    func tolerated(_ example: Case) {
        #expect(example.characterSet.unknownTerms.isEmpty)
        #expect(example.characterSet.decode(example.bytes[...], vr: example.vr) == example.text)
    }

    @Test("What a repertoire lacks is not written", arguments: [
        ("", "é"), ("ISO_IR 100", "ł"), (#"\ISO 2022 IR 87"#, "é"), ("GBK", "😀"), ("ISO_IR 13", "山"),
    ])
    func inexpressible(terms: String, text: String) {
        #expect(Case(terms: terms, hex: "", text: "").characterSet.encode(text, vr: .LO) == nil)
    }

    @Test("A yen is no separator") func yen() {
        #expect(SpecificCharacterSet(["ISO_IR 13"]).encode("¥", vr: .LO) == nil)
        #expect(SpecificCharacterSet(["ISO_IR 13"]).encode("¥", vr: .LT) == [0x5C])
    }

    @Test func unknownTerms() {
        #expect(SpecificCharacterSet(["ISO_IR 100", "KLINGON"]).unknownTerms == ["KLINGON"])
    }

    @Test("No bytes break the decoder", arguments: [
        "", "ISO_IR 100", "ISO_IR 13", #"\ISO 2022 IR 87"#, #"ISO 2022 IR 13\ISO 2022 IR 87\ISO 2022 IR 159"#, #"\ISO 2022 IR 149"#, "GB18030", "GBK", "ISO_IR 192",
    ])
    func anyBytes(terms: String) {
        let characterSet = Case(terms: terms, hex: "", text: "").characterSet
        var state: UInt64 = 1
        for length in 0..<400 {
            let bytes = (0..<length % 40).map { _ -> UInt8 in
                state = state &* 6364136223846793005 &+ 1442695040888963407
                let byte = UInt8(truncatingIfNeeded: state >> 56)
                return byte < 0x40 ? [0x1B, 0x24, 0x28, 0x42, 0x29, 0x5C, 0x0A, 0xFF][Int(byte) % 8] : byte
            }
            for vr in [VR.PN, .LO, .LT] { #expect(characterSet.decode(bytes[...], vr: vr).utf8.count <= 4 * bytes.count) }
        }
    }

    @Test("Every name of the corpus", .enabled(if: Corpus.root != nil, "no corpus beside the repository"))
    func corpus() throws {
        let rows = Corpus.table("charset-expected.tsv")
        #expect(rows.count >= 21)
        for row in rows {
            let path = row["path"] ?? ""
            let dataSet = try FileReader.read(try Corpus.bytes(path)).dataSet
            // Empty component groups at the end may be left out (PS3.5 §6.2.1).
            let name = try #require(row["patient_name"]).split(separator: "=")
            #expect(dataSet.string(.patientName)?.split(separator: "=") == name, "\(path)")
            #expect(dataSet.strings(.studyDescription).joined(separator: "\\") == row["study_description"], "\(path)")
        }
    }
}
