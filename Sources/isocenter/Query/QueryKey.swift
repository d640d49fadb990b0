import DICOM

/// A key of a query as it is typed: `PatientName=Cur*`, `00100010=…`, `(0010,0010)=…`, `RequestAttributesSequence.AccessionNumber=…`.
struct QueryKey {
    /// Sequences down to the attribute.
    var path: [Tag]
    /// nil: only to be returned. Values between backslashes.
    var value: String?

    /// - Throws: `Failure` naming the part that is no attribute.
    init(_ text: String) throws(Failure) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        value = parts.count == 2 ? String(parts[1]) : nil
        path = []
        for name in parts[0].split(separator: ".", omittingEmptySubsequences: false) { path.append(try Self.tag(name)) }
        for tag in path.dropLast() where Self.vr(tag) != .SQ {
            throw Failure("\(DataElementTable.entry(for: tag)?.keyword ?? tag.description) in '\(text)' is no sequence: nothing stands in it")
        }
        if let last = path.last, Self.vr(last) == .SQ, let value, !value.isEmpty {
            throw Failure("'\(text)': a sequence has no value of its own; write \(parts[0]).ATTRIBUTE=\(value)")
        }
    }

    /// `(0010,0010)`, `0010,0010`, `00100010` or a keyword of PS3.6.
    private static func tag(_ name: some StringProtocol) throws(Failure) -> Tag {
        let digits = String(name).filter { !"(), ".contains($0) }
        if digits.count == 8, let tag = Tag(hex: digits) { return tag }
        if let tag = DataElementTable.tag(keyword: String(name)) { return tag }
        let folded = name.lowercased()
        let near = DataElementTable.tags.lazy.compactMap { DataElementTable.entry(for: $0)?.keyword }.first { $0.lowercased() == folded }
        if let near, let tag = DataElementTable.tag(keyword: near) { return tag }
        let similar = DataElementTable.tags.lazy.compactMap { DataElementTable.entry(for: $0)?.keyword }.filter { $0.lowercased().contains(folded) }.prefix(3)
        throw Failure("'\(name)' is no attribute: neither a keyword nor a tag" + (folded.count > 2 && !similar.isEmpty ? "; did you mean \(similar.joined(separator: ", "))?" : ""))
    }

    static func vr(_ tag: Tag) -> VR { DataElementTable.entry(for: tag)?.vrs.first ?? .LO }

    /// Puts it into an identifier, beside what is there.
    func add(to dataSet: inout DataSet) { Self.add(path[...], value, to: &dataSet) }

    private static func add(_ path: ArraySlice<Tag>, _ value: String?, to dataSet: inout DataSet) {
        guard let tag = path.first else { return }
        let vr = vr(tag)
        if path.count > 1 {
            var item = dataSet.items(tag).first ?? DataSet()
            add(path.dropFirst(), value, to: &item)
            dataSet.set(DataElement(tag, items: [item]))
        } else if vr == .SQ {
            if dataSet[tag] == nil { dataSet.set(DataElement(tag, items: [])) }
        } else if value != nil || dataSet[tag] == nil {
            dataSet.set(element(tag, vr, value ?? ""))
        }
    }

    private static func element(_ tag: Tag, _ vr: VR, _ value: String) -> DataElement {
        if value.isEmpty { return DataElement(tag, vr, bytes: []) }
        guard !vr.isText else { return DataElement(tag, vr, strings: [value]) }
        let numbers = value.split(separator: "\\").compactMap { Int($0) }
        return DataElement(tag, vr, integers: numbers)
    }
}
