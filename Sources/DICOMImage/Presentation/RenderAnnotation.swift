import DICOM

/// What the `annotation` parameter asks to be written into a picture (PS3.18 §8.3.5.1.1).
public enum RenderAnnotation: String, Sendable, CaseIterable {
    /// Who it is.
    case patient
    /// How and when it was taken.
    case technique
}

/// The texts of a picture's corners: lines of attributes, as tables.
struct AnnotationTable: Sendable {
    struct Cell: Sendable {
        enum Format: Sendable {
            case text, name, date, time, number
        }

        /// The first of them that has a value.
        let tags: [Tag]
        let format: Format
        let before: String
        let after: String

        init(_ format: Format, _ tags: Tag..., before: String = "", after: String = "") {
            self.tags = tags
            self.format = format
            self.before = before
            self.after = after
        }
    }

    /// Lines of cells; a line without any value is left out.
    let lines: [[Cell]]

    static let patient = AnnotationTable(lines: [
        [Cell(.name, .patientName)],
        [Cell(.text, .patientID, before: "ID "), Cell(.text, Tag(0x0010, 0x0021), before: "of ")],
        [Cell(.date, .patientBirthDate, before: "born "), Cell(.text, .patientSex), Cell(.text, Tag(0x0010, 0x1010))],
    ])

    static let technique = AnnotationTable(lines: [
        [Cell(.date, .studyDate), Cell(.time, Tag(0x0008, 0x0030))],
        [Cell(.text, .studyDescription)],
        [Cell(.text, .seriesDescription)],
        [Cell(.number, .seriesNumber, before: "series "), Cell(.number, .instanceNumber, before: "image ")],
        [
            Cell(.text, .modality), Cell(.text, .bodyPartExamined), Cell(.text, .imageLaterality, Tag(0x0020, 0x0060)),
            Cell(.text, .viewPosition),
        ],
        [
            Cell(.number, .kvp, after: " kV"), Cell(.number, Tag(0x0018, 0x9330), Tag(0x0018, 0x1151), after: " mA"),
            Cell(.number, .exposureTime, after: " ms"), Cell(.number, Tag(0x0018, 0x9332), .exposure, after: " mAs"),
        ],
        [
            Cell(.number, .repetitionTime, before: "TR ", after: " ms"), Cell(.number, Tag(0x0018, 0x9082), .echoTime, before: "TE ", after: " ms"),
            Cell(.number, Tag(0x0018, 0x0082), before: "TI ", after: " ms"), Cell(.number, Tag(0x0018, 0x1314), before: "flip ", after: "°"),
            Cell(.number, Tag(0x0018, 0x0087), after: " T"),
        ],
        [
            Cell(.number, .sliceThickness, before: "thickness ", after: " mm"), Cell(.number, Tag(0x0020, 0x1041), before: "at ", after: " mm"),
            Cell(.text, .convolutionKernel),
        ],
    ])

    func texts(_ dataSet: DataSet, frameIndex: Int) -> [String] {
        let source = AnnotationSource(dataSet, frameIndex: frameIndex)
        return lines.compactMap { line in
            let texts = line.compactMap { cell in cell.tags.lazy.compactMap { source.text($0, cell.format) }.first.map { cell.before + $0 + cell.after } }
            return texts.isEmpty ? nil : texts.joined(separator: "  ")
        }
    }
}

/// Attributes of a frame wherever an image has them: its own, or in its functional groups.
private struct AnnotationSource {
    private let sources: [DataSet]

    init(_ dataSet: DataSet, frameIndex: Int) {
        func groups(_ sequence: Tag, _ index: Int) -> [DataSet] {
            guard case .items(let items)? = dataSet[sequence]?.value, items.items.indices.contains(index) else { return [] }
            let item = items.items[index].dataSet
            return item.elements.flatMap { item.items($0.tag).prefix(1) }
        }
        sources = [dataSet] + groups(.perFrameFunctionalGroupsSequence, frameIndex) + groups(.sharedFunctionalGroupsSequence, 0)
    }

    func text(_ tag: Tag, _ format: AnnotationTable.Cell.Format) -> String? {
        sources.lazy.compactMap { Self.text(tag, format, in: $0) }.first
    }

    private static func text(_ tag: Tag, _ format: AnnotationTable.Cell.Format, in dataSet: DataSet) -> String? {
        switch format {
        case .text:
            let text = dataSet.strings(tag).filter { !$0.isEmpty }.joined(separator: ", ")
            return text.isEmpty ? nil : text
        case .number: return dataSet.decimal(tag).map(AnnotationNumber.text)
        case .name: return dataSet.personName(tag).flatMap(name)
        case .date:
            return dataSet.string(tag).map { $0.count == 8 && $0.allSatisfy(\.isNumber) ? $0.prefix(4) + "-" + $0.dropFirst(4).prefix(2) + "-" + $0.dropFirst(6) : $0 }
        case .time:
            return dataSet.string(tag).map { $0.count >= 4 && $0.prefix(4).allSatisfy(\.isNumber) ? $0.prefix(2) + ":" + $0.dropFirst(2).prefix(2) : $0 }
        }
    }

    /// Every way it is written.
    private static func name(_ name: PersonName) -> String? {
        let groups = name.groups.filter { !$0.isEmpty }.map { group in
            let given = [group.givenName, group.middleName, group.suffix, group.prefix].filter { !$0.isEmpty }.joined(separator: " ")
            return [group.familyName, given].filter { !$0.isEmpty }.joined(separator: ", ")
        }
        return groups.isEmpty ? nil : groups.joined(separator: "  ")
    }
}

enum AnnotationNumber {
    /// At most three decimals, as few as will do.
    static func text(_ value: Double) -> String {
        guard abs(value) < 1e12 else { return "\(value)" }
        let thousandths = Int((abs(value) * 1000).rounded())
        var decimals = String(1000 + thousandths % 1000).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return (value < 0 && thousandths > 0 ? "-" : "") + "\(thousandths / 1000)" + (decimals.isEmpty ? "" : "." + decimals)
    }
}
