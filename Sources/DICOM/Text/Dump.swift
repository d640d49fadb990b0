/// A data set as people read it: a line for each element, names beside tags, items indented.
///
/// Nothing a file says reaches a terminal as a command: control characters are shown, not sent.
public struct Dump: Sendable {
    /// Characters of a value that are shown; longer ones end in `…`. nil for all.
    public var widest: Int?

    public init(widest: Int? = 80) { self.widest = widest }

    /// - Parameter write: takes line after line, without a line end.
    public func write(_ dataSet: DataSet, to write: (String) throws -> Void) rethrows {
        try lines(of: dataSet, indent: "", to: write)
    }

    private func lines(of dataSet: DataSet, indent: String, to write: (String) throws -> Void) rethrows {
        for element in dataSet.elements {
            let understood = element.understood
            let name = name(of: element.tag, in: dataSet)
            guard case .items(let items) = understood.value else {
                try write(line(element.tag, understood.vr, value(of: understood, in: dataSet), name, indent))
                continue
            }
            let count = items.items.count
            try write(line(element.tag, understood.vr, count == 1 ? "1 item" : "\(count) items", name, indent))
            for (index, item) in items.items.enumerated() {
                try write("\(indent)  item \(index + 1)")
                try lines(of: item.dataSet, indent: indent + "    ", to: write)
            }
        }
    }

    /// `(0010,0010) PN [Doe^Jane]                      # Patient's Name`
    private func line(_ tag: Tag, _ vr: VR, _ value: String, _ name: String, _ indent: String) -> String {
        let start = "\(indent)\(tag) \(vr) \(value)"
        let gap = max(1, 64 - start.count)
        return start + String(repeating: " ", count: gap) + "# \(name)"
    }

    private func name(of tag: Tag, in dataSet: DataSet) -> String {
        if tag.isPrivate, let creator = dataSet.privateCreator(of: tag) {
            let name = PrivateElementTable.entry(for: tag, creator: creator)?.name ?? "unknown"
            return Self.printable("\(name), private to \(creator)")
        }
        return DataElementTable.entry(for: tag)?.name ?? "unknown"
    }

    private func value(of element: DataElement, in dataSet: DataSet) -> String {
        switch element.value {
        case .items(let items): "\(items.items.count) items"
        case .external(let range): "\(range.length) bytes, from byte \(range.offset) of the data set"
        case .fragments(let fragments):
            "\(fragments.fragments.count) fragments, \(fragments.fragments.reduce(0) { $0 + $1.count }) bytes"
        case .bytes(let bytes):
            switch element.vr {
            case .OB, .UN, .OW, .OL, .OV, .OF, .OD: hexadecimal(bytes)
            case .AT: cut(element.tags.map { "\($0)" }.joined(separator: "\\"))
            case .US, .SS, .UL, .SL, .SV, .UV: cut(element.integers.map(String.init).joined(separator: "\\"))
            case .FL, .FD: cut(element.decimals.map { "\($0)" }.joined(separator: "\\"))
            default: text(of: element, in: dataSet)
            }
        }
    }

    private func text(of element: DataElement, in dataSet: DataSet) -> String {
        let text = "[" + cut(element.strings(in: dataSet.characterSet).joined(separator: "\\")) + "]"
        guard element.vr == .UI, let uid = dataSet.uid(element.tag), let name = UIDTable.entry(for: uid)?.name else { return text }
        return "\(text) = \(name)"
    }

    private func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        let shown = bytes.prefix((widest ?? Int.max - 2) / 3 + 1)
        let digits = shown.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined(separator: "\\")
        return shown.count < bytes.count ? "\(digits)… \(bytes.count) bytes" : digits
    }

    private func cut(_ text: String) -> String {
        let shown = widest.map { text.count > $0 ? text.prefix($0) + "…" : text[...] } ?? text[...]
        return Self.printable(shown)
    }

    /// Control characters as the pictures Unicode has for them; what directs text is named.
    static func printable(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<32: result.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? "?")
            case 0x7F: result += "␡"
            case 0x80..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
