import Foundation

/// What a new password must be (NIST SP 800-63B-4 §3.1.1.2): long enough, and none that is common, expected or made of the context.
/// No rules about kinds of characters, no change by the calendar.
public struct PasswordRules: Sendable {
    var minimumLength = 12
    /// Bytes of UTF-8; far more than the 64 characters that have to be possible.
    static let maximumBytes = 1024
    /// Characters that must be left when everything is taken away that a guesser tries first.
    static let leastOwn = 4
    /// Of an administrator: one password a line.
    var blockList = ""

    public init() {}

    init(_ settings: Settings) {
        minimumLength = settings[Settings.passwordLength]
        blockList = settings[Settings.passwordBlockList]
    }

    func check(_ password: String, name: String) throws {
        if let problem = problem(password, name: name) { throw AccountError(problem) }
        if try isListed(password) { throw AccountError("the password is on the list of those that are not allowed here") }
    }

    /// What is wrong with it, in words; nil where it will do.
    func problem(_ password: String, name: String) -> String? {
        guard password.count >= minimumLength else { return "the password needs at least \(minimumLength) characters" }
        guard password.utf8.count <= Self.maximumBytes else { return "the password is longer than \(Self.maximumBytes) bytes" }
        guard Set(password).count >= 4 else { return "the password repeats too few characters" }
        let folded = Self.fold(password)
        let own = Self.fold(name)
        guard own.count < 3 || !folded.contains(own) else { return "the password contains the user name" }
        guard Self.remainder(of: folded) >= Self.leastOwn else {
            return "the password is made of words that everybody tries first: take several unrelated words"
        }
        return nil
    }

    /// Case, accents and the usual replacements do not make another password of it.
    static func fold(_ text: String) -> String {
        let plain = text.precomposedStringWithCompatibilityMapping.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
        return String(plain.map { replaced[$0] ?? $0 })
    }

    private static let replaced: [Character: Character] = ["0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "l", "|": "l"]

    /// Different characters beside common words, rows of keys and runs of digits.
    private static func remainder(of folded: String) -> Int {
        var rest = folded
        for word in words { rest = rest.replacing(word, with: " ") }
        return Set(rest.filter { $0.isLetter || $0.isNumber }).count
    }

    /// The longest first, folded as passwords are: part of one must not hide the other.
    private static let words = Set(common.split(whereSeparator: \.isWhitespace).map { fold(String($0)) }).sorted { ($0.count, $1) > ($1.count, $0) }

    private static let common = """
        password passwort passwd kennwort motdepasse contrasena parola senha losenord wachtwoord salasana haslo
        welcome willkommen bienvenue bienvenido letmein changeme changeit default secret geheim admin administrator root user guest test testing demo
        login logon master access server system computer internet windows linux microsoft google apple samsung
        isocenter pacs dicom radiology radiologie radiologia roentgen xray imaging image viewer hospital krankenhaus klinik clinic doctor
        doktor nurse patient medical health praxis modality scanner archive orthanc
        qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm yxcvbnm qwerty qwertz azerty asdfgh zxcvbn qazwsx qweasd poiuyt lkjhgf mnbvcx
        1234567890 0987654321 123456789 987654321 12345678 87654321 1234567 123456 654321 12345 54321 1234 4321 123 321 112233 121212 123123 123321
        abcdefghijklmnopqrstuvwxyz abcdefgh abcdef abcd abc aaaa bbbb 0000 1111 2222 3333 4444 5555 6666 7777 8888 9999
        iloveyou loveyou love princess prinzessin dragon monkey football fussball baseball basketball soccer hockey superman batman spiderman
        pokemon starwars sunshine sonnenschein shadow michael jordan jennifer jessica daniel thomas andreas michelle charlie ashley hunter
        trustno freedom whatever summer sommer winter spring fruehling autumn herbst january february march april june july august september october november december
        januar februar maerz monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag
        hello hallo bonjour hola schatz ficken fuckyou asshole killer hacker flower cookie cheese banana orange chocolate schokolade
        2015 2016 2017 2018 2019 2020 2021 2022 2023 2024 2025 2026 2027 2028 2029 2030
        """

    private func isListed(_ password: String) throws -> Bool {
        guard !blockList.isEmpty else { return false }
        let wanted = Data(password.utf8)
        let content: Data
        do {
            content = try Data(contentsOf: URL(fileURLWithPath: blockList), options: .mappedIfSafe)
        } catch {
            throw AccountError(.refused, "the list of passwords that are not allowed cannot be read: no password was set")
        }
        // Whole lines only. `range(of:)` goes through the map; no line is copied.
        var start = content.startIndex
        while let range = content.range(of: wanted, in: start..<content.endIndex) {
            let isStart = range.lowerBound == content.startIndex || content[range.lowerBound - 1] == 0x0A
            let isEnd = range.upperBound == content.endIndex || content[range.upperBound] == 0x0A || content[range.upperBound] == 0x0D
            if isStart && isEnd { return true }
            start = range.lowerBound + 1
        }
        return false
    }
}
