import DICOMNetwork
import Foundation

/// User identity negotiation (PS3.7 §D.3.3.7): which user speaks through a node.
struct IdentityCheck: Sendable {
    let authenticator: Authenticator

    enum Outcome: Sendable {
        /// Nobody is named, or only claimed to be somebody: the node speaks for itself.
        case node
        /// Proven by a secret, or named by a node that is known and by which it is bounded.
        case user(Principal)
        /// In words for our log, without the secret.
        case refused(String)
    }

    /// - Parameter isSecure: the association is over TLS. A secret that came in the clear is not accepted, whether it is right or not.
    func outcome(of identity: UserIdentity?, from address: PeerAddress, isSecure: Bool) async throws -> Outcome {
        guard let identity else { return .node }
        switch identity.type {
        case UserIdentity.username:
            // Modalities send whom they please: only a name that is a user's counts, and it can only narrow what the node may do.
            guard let name = Self.text(identity.primaryField), let principal = try await authenticator.accounts.principal(name: name) else { return .node }
            return .user(principal)
        case UserIdentity.usernameAndPasscode:
            guard isSecure else { return .refused("a user name with passcode came without TLS: it is not accepted, and the passcode should be changed") }
            guard let name = Self.text(identity.primaryField), let passcode = Self.text(identity.secondaryField) else {
                return .refused("user name and passcode are not text in UTF-8")
            }
            do {
                return .user(try await authenticator.loginByPasswordAlone(name: name, password: passcode, address: address.host))
            } catch let failure as HTTPFailure {
                return .refused("user '\(Self.printable(name))': \(failure.message)")
            }
        case UserIdentity.jsonWebToken:
            guard isSecure else { return .refused("a token came without TLS: it is not accepted, and should be removed") }
            guard let token = Self.text(identity.primaryField), let principal = try await authenticator.accounts.principal(token: token, from: address.host) else {
                return .refused("the token is wrong or has expired")
            }
            return .user(principal)
        case UserIdentity.kerberos: return .refused("an identity by Kerberos cannot be checked here")
        case UserIdentity.saml: return .refused("an identity by SAML cannot be checked here")
        default: return .refused("an identity of the unknown type \(identity.type) cannot be checked")
        }
    }

    private static func text(_ bytes: [UInt8]) -> String? {
        // Some pad as DICOM does.
        guard let text = String(bytes: bytes.reversed().drop { $0 == 0 || $0 == 0x20 }.reversed(), encoding: .utf8), !text.isEmpty else { return nil }
        return text
    }

    private static func printable(_ text: String) -> String {
        String(text.prefix(64).map { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } ? $0 : "?" })
    }
}
