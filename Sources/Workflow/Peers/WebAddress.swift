import DICOMweb
import Foundation

/// A peer's DICOMweb, and as whom we come. What is secret stays in files: it is neither in the table of peers nor in what is shown of it.
public struct WebAddress: Sendable, Hashable, Codable {
    /// `https://pacs.example/dicom-web`.
    public var url: String
    /// Of basic authentication; its password is in the file.
    public var user: String?
    /// The first line is the user's password, or a bearer token where there is no user. Read at each call.
    public var secretFile: String?
    /// PEM file of the authorities whose certificates are believed; nil: those of the system.
    public var authorities: String?
    /// nil: no. Credentials go over http too, where everybody on the way reads them.
    public var sendsCredentialsInClear: Bool?

    public init(url: String) { self.url = url }

    /// Everything that is wrong with it by itself, in words.
    var problems: [String] {
        var problems: [String] = []
        do throws(RemoteError) { _ = try ServiceURL(url) } catch { problems.append("'\(url)': \(error.words)") }
        if user != nil, secretFile == nil { problems.append("a user needs a file with the password") }
        if let user, user.contains(":") || user.isEmpty { problems.append("a user of basic authentication has a name without a colon") }
        for file in [secretFile, authorities].compactMap(\.self) where !file.hasPrefix("/") { problems.append("'\(file)': a file is named by its whole path, as a server reads it too") }
        return problems
    }

    /// It, ready to be called.
    ///
    /// - Throws: `RemoteError`: `.address` where a file cannot be read or holds nothing.
    public func service() throws(RemoteError) -> RemoteService {
        var service = RemoteService(try ServiceURL(url))
        service.tls.authorities = authorities
        service.sendsCredentialsInClear = sendsCredentialsInClear ?? false
        if let secretFile {
            let secret = try Self.secret(in: secretFile, url)
            service.authentication = user.map { .basic(user: $0, password: secret) } ?? .bearer(token: secret)
        }
        return service
    }

    /// The first line of a file.
    public static func secret(in file: String, _ url: String) throws(RemoteError) -> String {
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw RemoteError(.address, url: url, "the file of its password or token, \(file), cannot be read: \(error.localizedDescription)")
        }
        guard let line = text.split(whereSeparator: \.isNewline).first.map(String.init), !line.isEmpty else {
            throw RemoteError(.address, url: url, "the file of its password or token, \(file), holds nothing")
        }
        return line
    }
}
