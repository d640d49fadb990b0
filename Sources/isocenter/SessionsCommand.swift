import ArgumentParser
import Foundation
import IsocenterServer

struct Sessions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who is logged in to the web page; works beside a running server.", subcommands: [List.self, End.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List sessions: id, user, since, last used, address, proof, device.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            for session in try await withAccounts(common, { try await $0.sessions() }) {
                print([session.id, session.account, session.created.formatted(.iso8601), session.lastUsed.formatted(.iso8601), session.address, session.proof, session.device].joined(separator: "\t"))
            }
        }
    }

    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a session by the id that 'list' shows, or all of a user.")
        @OptionGroup var common: CommonOptions
        @Argument var id: String?
        @Option(help: "All sessions of this user.") var user: String?

        func validate() throws {
            if (id == nil) == (user == nil) { throw ValidationError("name a session, or a user by --user") }
        }

        func run() async throws {
            try await withAccounts(common) { accounts in
                if let id { try await accounts.removeSession(id: id) }
                if let user { tell("\(try await accounts.removeSessions(of: user)) sessions") }
            }
            tell("ended")
        }
    }
}
