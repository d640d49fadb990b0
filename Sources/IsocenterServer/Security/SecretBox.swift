import Crypto
import Foundation

/// Seals what has to be kept readable (AES-256-GCM), by a key beside the database: whoever has only the one has nothing.
struct SecretBox: Sendable {
    private let key: SymmetricKey

    init(key: SymmetricKey) { self.key = key }

    /// The key of a data folder; made where there is none, for nobody but us to read.
    ///
    /// - Parameter folder: exists.
    init(folder: String) throws {
        let path = folder + "/accounts.key"
        let made = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file >= 0 {
            let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
            try handle.write(contentsOf: made)
            try handle.synchronize()
        } else if errno != EEXIST {
            throw ServerError("the key for second factors cannot be made: \(path): \(String(cString: strerror(errno)))")
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        guard bytes.count == 32 else { throw ServerError("\(path) is no key of 32 bytes: put back the one from the backup, or remove it, and second factors have to be set up anew") }
        key = SymmetricKey(data: bytes)
    }

    /// - Parameter owner: whose it is; what was sealed for one cannot be opened for another.
    func seal(_ secret: [UInt8], for owner: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(secret, using: key, authenticating: Data(owner.utf8))
        guard let combined = box.combined else { throw AccountError(.refused, "the secret cannot be sealed") }
        return [UInt8](combined)
    }

    /// nil where it was sealed by another key or for somebody else.
    func unseal(_ sealed: [UInt8], for owner: String) -> [UInt8]? {
        // Whatever is wrong with it, it cannot be used.
        guard let box = try? AES.GCM.SealedBox(combined: sealed), let plain = try? AES.GCM.open(box, using: key, authenticating: Data(owner.utf8)) else { return nil }
        return [UInt8](plain)
    }
}
