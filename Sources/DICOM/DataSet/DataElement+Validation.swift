extension DataElement {
    /// What this element breaks of VR and VM; nothing is said of values that are not in memory. Items are not looked into.
    public func validate(in characterSet: SpecificCharacterSet = .default) -> [Violation] {
        var result: [Violation] = []
        func add(_ rule: Violation.Rule, value: Int? = nil) { result.append(Violation(path: [tag], value: value, rule: rule)) }
        let entry = DataElementTable.entry(for: tag)
        if let vrs = entry?.vrs, !vrs.isEmpty, !vrs.contains(vr) { add(.vr(allowed: vrs)) }
        guard case .bytes(let bytes) = value, !bytes.isEmpty else { return result }
        if vr.isText {
            checkText(bytes, characterSet) { add($0, value: $1) }
        } else if bytes.count % max(numberSize ?? 1, 1) != 0 {
            add(.form)
        }
        if let vm = entry.flatMap({ VM($0.vm) }), let text = entry?.vm {
            let count = valueCount(bytes, characterSet)
            if let count, !vm.allows(count) { add(.multiplicity(count: count, vm: text)) }
        }
        return result
    }

    /// Bytes of one value; nil where the bytes are one value of any length.
    private var numberSize: Int? {
        switch vr {
        case .US, .SS: 2
        case .UL, .SL, .FL, .AT: 4
        case .FD, .SV, .UV: 8
        default: nil
        }
    }

    private func valueCount(_ bytes: ArraySlice<UInt8>, _ characterSet: SpecificCharacterSet) -> Int? {
        if vr.isText { return strings(in: characterSet).count }
        if let numberSize { return bytes.count / numberSize }
        return nil
    }

    private func checkText(_ bytes: ArraySlice<UInt8>, _ characterSet: SpecificCharacterSet, _ add: (Violation.Rule, Int) -> Void) {
        guard let limit = VRLimit.of(vr) else { return }
        for (index, text) in strings(in: characterSet).enumerated() where !text.isEmpty {
            let length = switch limit.unit {
            case .bytes: text.utf8.count
            case .characters: text.unicodeScalars.count
            case .nameGroups: text.split(separator: "=").map(\.unicodeScalars.count).max() ?? 0
            }
            if let maximum = limit.maximum, length > maximum { add(.length(maximum: maximum), index) }
            if let allows = limit.allows, !text.utf8.allSatisfy(allows) {
                add(.character, index)
            } else if text.unicodeScalars.contains("\u{FFFD}") || text.unicodeScalars.contains(where: { !isAllowedControl($0) }) {
                add(.character, index)
            } else if !limit.isForm(text) {
                add(.form, index)
            }
        }
    }

    /// TAB, LF, FF and CR belong to texts of paragraphs (PS3.5 §6.1.3).
    private func isAllowedControl(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value < 0x20 || scalar.value == 0x7F else { return true }
        return (vr == .LT || vr == .ST || vr == .UT) && [0x09, 0x0A, 0x0C, 0x0D].contains(scalar.value)
    }
}

extension DataSet {
    /// Violations of all elements, those in items with their path.
    public func validate() -> [Violation] {
        elements.flatMap { element -> [Violation] in
            let own = element.validate(in: characterSet)
            guard case .items(let items) = element.value else { return own }
            return own + items.items.flatMap { item in
                item.dataSet.validate().map { Violation(path: [element.tag] + $0.path, value: $0.value, rule: $0.rule) }
            }
        }
    }
}
