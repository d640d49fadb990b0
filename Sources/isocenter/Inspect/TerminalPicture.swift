import DICOMImage
import Foundation

/// A picture inside a terminal: whole where the terminal says it can show one, else two pixels a character.
enum TerminalPicture: String, CaseIterable {
    /// Graphics protocol of kitty, also Ghostty and Konsole.
    case kitty
    /// Inline images of iTerm2, also WezTerm.
    case iterm
    /// Upper half blocks in 24 bit colours.
    case blocks
    case none

    /// What the terminal on standard output can show.
    static func supported(_ environment: [String: String] = ProcessInfo.processInfo.environment, isTerminal: Bool = isatty(STDOUT_FILENO) == 1) -> TerminalPicture {
        guard isTerminal, let term = environment["TERM"], term != "dumb" else { return .none }
        if environment["KITTY_WINDOW_ID"] != nil || term.contains("kitty") || term.contains("ghostty") { return .kitty }
        if ["iTerm.app", "WezTerm"].contains(environment["TERM_PROGRAM"]) { return .iterm }
        return ["truecolor", "24bit"].contains(environment["COLORTERM"]) || term.contains("256color") ? .blocks : .none
    }

    /// Columns and rows of the terminal; 80 × 24 where it does not say.
    static func size() -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Two rows of pixels a line: the character's upper half in the first row's colour, its ground in the second's.
    static func blocks(_ picture: Picture) -> String {
        guard case .eight(let levels) = picture.levels else { return "" }
        func colour(_ x: Int, _ y: Int) -> String {
            guard y < picture.height else { return "0;0;0" }
            let start = (y * picture.width + x) * picture.channels
            let rgb = picture.channels == 1 ? [levels[start], levels[start], levels[start]] : Array(levels[start..<start + 3])
            return rgb.map { "\($0)" }.joined(separator: ";")
        }
        var text = ""
        for y in stride(from: 0, to: picture.height, by: 2) {
            for x in 0..<picture.width { text += "\u{1B}[38;2;\(colour(x, y))m\u{1B}[48;2;\(colour(x, y + 1))m▀" }
            text += "\u{1B}[0m\n"
        }
        return text
    }

    /// - Parameter png: a whole file.
    static func kitty(_ png: [UInt8]) -> String {
        let text = Array(Data(png).base64EncodedString().utf8)
        var result = ""
        for start in stride(from: 0, to: text.count, by: 4096) {
            let end = min(start + 4096, text.count)
            let control = (start == 0 ? "a=T,f=100," : "") + "m=\(end < text.count ? 1 : 0)"
            result += "\u{1B}_G\(control);\(String(decoding: text[start..<end], as: UTF8.self))\u{1B}\\"
        }
        return result + "\n"
    }

    static func iterm(_ png: [UInt8]) -> String {
        "\u{1B}]1337;File=inline=1;size=\(png.count):\(Data(png).base64EncodedString())\u{07}\n"
    }
}
