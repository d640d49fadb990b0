import DICOM
import Foundation

/// One file to import: on the disk, or inside a ZIP.
struct ImportItem: Sendable {
    /// As a person names it: `cd.zip!/IMAGES/IM1`.
    var name: String
    var bytes: Bytes

    enum Bytes: Sendable {
        case file(path: String)
        /// Taken out of an archive file; only ever a few at once.
        case held([UInt8])
    }
}

/// Finds what PATHs hold: files, folders with all below them, ZIPs, DICOMDIRs with what they refer to.
struct ImportSource {
    var paths: [String]

    /// Calls `take` for each file, in a stable order.
    /// - Parameter problem: told of what cannot be opened.
    func forEach(_ take: (ImportItem) async throws -> Void, problem: (String, String) -> Void) async throws {
        for path in paths {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
                problem(path, "there is no such file or folder")
                continue
            }
            if isDirectory.boolValue {
                try await forEachBelow(path, take, problem)
            } else if URL(fileURLWithPath: path).lastPathComponent.uppercased() == "DICOMDIR" {
                try await forEachReferred(by: path, take, problem)
            } else {
                try await single(path, take, problem)
            }
        }
    }

    /// How many files there are to look at; what is inside of ZIPs is not counted.
    func count() -> Int {
        paths.reduce(0) { count, path in
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else { return count + 1 }
            return count + (FileManager.default.enumerator(atPath: path)?.reduce(0) { sum, _ in sum + 1 } ?? 0)
        }
    }

    private func single(_ path: String, _ take: (ImportItem) async throws -> Void, _ problem: (String, String) -> Void) async throws {
        guard PackedFiles.isPacked(path) else { return try await take(ImportItem(name: path, bytes: .file(path: path))) }
        do {
            let packed = try PackedFiles(path)
            while let (name, bytes) = try packed.next() {
                try await take(ImportItem(name: "\(path)!/\(name)", bytes: .held(bytes)))
            }
        } catch let error as PackedFilesError {
            problem(path, error.description)
        }
    }

    private func forEachBelow(_ folder: String, _ take: (ImportItem) async throws -> Void, _ problem: (String, String) -> Void) async throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            return problem(folder, error.localizedDescription)
        }
        for name in names {
            try Task.checkCancellation()
            let path = folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { problem(path, "cannot be read: \(String(cString: strerror(errno)))"); continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try await forEachBelow(path, take, problem)
            case S_IFREG: try await single(path, take, problem)
            // A link could lead round in a circle or out of the folder that was named.
            default: continue
            }
        }
    }

    private func forEachReferred(by path: String, _ take: (ImportItem) async throws -> Void, _ problem: (String, String) -> Void) async throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            for file in try DICOMDIR(bytes).referencedFiles {
                let components = file.path
                guard let found = Self.file(components, in: folder) else {
                    problem(path, "refers to \(components.joined(separator: "/")), which is not there")
                    continue
                }
                try await take(ImportItem(name: found, bytes: .file(path: found)))
            }
        } catch let error as ReadError {
            problem(path, error.description)
        } catch let error as CocoaError {
            problem(path, error.localizedDescription)
        }
    }

    /// File IDs are upper case (PS3.10 §8.5); disks that were copied often are not.
    private static func file(_ components: [String], in folder: String) -> String? {
        for spell in [{ (text: String) in text }, { $0.lowercased() }] {
            let path = ([folder] + components.map(spell)).joined(separator: "/")
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        return nil
    }
}
