import Foundation

/// Programs of others, where they are installed.
enum Peer {
    static func path(_ name: String) -> String? {
        // By full path: Python packages put programs of the same names before them.
        ["/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/"].map { $0 + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func bytes(_ path: String, _ arguments: String...) throws -> [UInt8] { try bytes(path, arguments) }

    static func run(_ path: String, _ arguments: String...) throws -> String {
        String(decoding: try bytes(path, arguments), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func bytes(_ path: String, _ arguments: [String]) throws -> [UInt8] {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let bytes = [UInt8](pipe.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return bytes
    }
}
