import Foundation

/// Where letters come from: the fonts that are installed, the first that has a letter draws it.
enum FontFiles {
    /// Path | the scripts it is here for. Several paths of one font are those of different systems.
    private static let table: [(path: String, scripts: String)] = [
        ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic"),
        ("/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf", "the same"),
        ("/usr/share/fonts/TTF/DejaVuSans.ttf", "the same"),
        ("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf", "Latin, Greek, Cyrillic"),
        ("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", "Latin, Greek, Cyrillic, Hebrew"),
        ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "Chinese, Japanese, Korean"),
        ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", "Chinese, Japanese"),
        ("/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf", "Thai"),
        ("/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf", "Devanagari"),
        // Drawn on a grid of 16 pixels, but there is a letter for nearly every character of Unicode.
        ("/usr/share/fonts/opentype/unifont/unifont.otf", "all others"),
        ("/usr/share/fonts/opentype/unifont/unifont_upper.otf", "all others"),
        ("/System/Library/Fonts/Supplemental/Arial Unicode.ttf", "most"),
    ]

    static let installed: [String] = table.map(\.path).filter { FileManager.default.fileExists(atPath: $0) }
}
