import DICOMNetwork

/// What to do about the status of a response (PS3.7 Annex C, PS3.4 for the service classes).
public enum StatusRemedy {
    /// Tables of the statuses of each command.
    private static let services = ["C-STORE": "storage", "C-FIND": "qr_find", "C-MOVE": "qr_move", "C-GET": "qr_get"]

    /// Command (empty: any), first and last code, what to do where they answered, and where we did.
    private static let remedies: [(command: String, codes: ClosedRange<UInt16>, theirs: String, ours: String)] = [
        ("C-STORE", 0xA700...0xA7FF, "There: its disk is full or its store is out of order.", "Here: look at the free space (storage.reserve) and at our log."),
        ("C-STORE", 0xA900...0xA9FF, "The object does not fit its SOP class; send it as it was made.", "At the sender: the object's SOP class differs from the one announced; its vendor has to look."),
        ("C-STORE", 0xC000...0xCFFF, "There: it could not read the object; its log says why.", "The object could not be read: our log says where; the sender's vendor has to look."),
        ("C-STORE", 0x0111...0x0111, "It has another object with this SOP Instance UID.", "Another object with this SOP Instance UID is here and is kept (storage.onConflict)."),
        ("C-FIND", 0xA900...0xA900, "The keys do not fit the level or the information model; check level and unique keys.", "At the caller: its keys do not fit the level or the information model."),
        ("C-MOVE", 0xA801...0xA801, "There: the destination has to be entered as a node, with its address and port.", "Here: add the destination as a peer with host and port ('isocenter peers add')."),
        ("C-MOVE", 0xA702...0xA702, "There: it could not send to the destination; is the destination reached from there?", "Here: the destination could not be reached; 'isocenter doctor' with its name says where it stops."),
        ("", 0xA700...0xA7FF, "There: it is out of resources; try again later or ask for less.", "Here: look at our log."),
        ("", 0xA900...0xA900, "The unique keys of the level above are missing, or the level is not of this model.", "At the caller: the unique keys of the level above are missing."),
        ("", 0x0122...0x0122, "It does not support this SOP class.", "This SOP class is not supported here."),
        ("", 0x0124...0x0124, "There: allow it for our AE title.", "If it may: allow the service for this peer ('isocenter peers')."),
        ("", 0xC000...0xCFFF, "There: its log says why.", "Here: our log says why."),
        ("", 0x0110...0x0110, "There: its log says why.", "Here: our log says why."),
    ]

    /// `A801H Move destination unknown`
    public static func words(_ command: String, _ status: UInt16) -> String {
        let code = DIMSEStatus(rawValue: status)
        let number = String(status, radix: 16, uppercase: true)
        let meaning = code.meaning(in: services[command] ?? "general") ?? code.meaning() ?? code.category.rawValue
        return String(repeating: "0", count: 4 - number.count) + number + "H " + meaning
    }

    /// - Parameter isOurs: we answered so; else the other side did.
    public static func remedy(_ command: String, _ status: UInt16, isOurs: Bool) -> String? {
        guard let row = remedies.first(where: { ($0.command.isEmpty || $0.command == command) && $0.codes.contains(status) }) else { return nil }
        return isOurs ? row.ours : row.theirs
    }

    static func remedy(_ command: String, _ status: UInt16, _ facts: Explanation.Facts) -> String? {
        remedy(command, status, isOurs: !facts.isOutgoing)
    }
}
