extension ISO2022.Repertoire {
    /// Changes sets only where a character needs it, and is back at the first value's before every reset and at the end (PS3.5 §6.1.2.5.3).
    func encode(_ text: String, vr: VR) -> [UInt8]? {
        var bytes: [UInt8] = []
        var sets = initial
        for scalar in text.unicodeScalars {
            if scalar.value < 0x80, ISO2022.isReset(UInt8(scalar.value), vr) {
                guard back(from: &sets, &bytes) else { return nil }
                bytes.append(UInt8(scalar.value))
            } else if scalar.value <= 0x20 || scalar.value == 0x7F {
                bytes.append(UInt8(scalar.value))
            } else {
                guard write(scalar, vr, &sets, &bytes) else { return nil }
            }
        }
        return back(from: &sets, &bytes) ? bytes : nil
    }

    private func write(_ scalar: Unicode.Scalar, _ vr: VR, _ sets: inout ISO2022.Designation, _ bytes: inout [UInt8]) -> Bool {
        if let code = code(scalar, in: sets.g0, vr) {
            append(code, sets.g0, .g0, &bytes)
            return true
        }
        if let set = sets.g1, let code = set.code(scalar) {
            append(code, set, .g1, &bytes)
            return true
        }
        for set in extensions {
            guard let code = code(scalar, in: set, vr), let half = designate(set, &sets, &bytes) else { continue }
            append(code, set, half, &bytes)
            return true
        }
        return false
    }

    /// JIS X 0201 has its yen where values are separated.
    private func code(_ scalar: Unicode.Scalar, in set: GraphicSet, _ vr: VR) -> Int? {
        set == .romaji && scalar == "\u{A5}" && !vr.isSingleText ? nil : set.code(scalar)
    }

    private func append(_ code: Int, _ set: GraphicSet, _ half: ISO2022.Half, _ bytes: inout [UInt8]) {
        let high: UInt8 = half == .g1 ? 0x80 : 0
        if set.isDouble { bytes.append(UInt8(code >> 7) | high) }
        bytes.append(UInt8(code & 0x7F) | high)
    }

    private func designate(_ set: GraphicSet, _ sets: inout ISO2022.Designation, _ bytes: inout [UInt8]) -> ISO2022.Half? {
        guard let escape = ISO2022.escapes.first(where: { $0.set == set }) else { return nil }
        bytes.append(ISO2022.escape)
        bytes += escape.sequence
        switch escape.half {
        case .g0: sets.g0 = set
        case .g1: sets.g1 = set
        }
        return escape.half
    }

    /// The lower half is always called back, for readers who do not know the rule; the upper half where the first value has one.
    private func back(from sets: inout ISO2022.Designation, _ bytes: inout [UInt8]) -> Bool {
        if sets.g0 != initial.g0, designate(initial.g0, &sets, &bytes) == nil { return false }
        if let set = initial.g1, sets.g1 != set, designate(set, &sets, &bytes) == nil { return false }
        sets = initial
        return true
    }
}
