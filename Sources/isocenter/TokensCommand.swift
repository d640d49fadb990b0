import ArgumentParser
import Foundation
import IsocenterServer

struct Tokens: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bearer tokens for DICOMweb clients and scripts; works beside a running server.", subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token that acts for a user; it is printed once.")
        @OptionGroup var common: CommonOptions
        @Option(help: "Whose rights it has.") var user: String
        @Option(help: "What it is for.") var label: String = ""
        @Option(help: ArgumentHelp("Days it lives; for ever where not given.", valueName: "days")) var expires: Int?

        func validate() throws {
            if let expires, !(1...36_500).contains(expires) { throw ValidationError("--expires is 1 to 36500 days") }
        }

        func run() async throws {
            print(try await withAccounts(common) { try await $0.addToken(for: user, label: label, lifetime: expires) })
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List tokens: id, user, label, since, until.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            for token in try await withAccounts(common, { try await $0.tokens() }) {
                print([token.id, token.account, token.label, token.created.formatted(.iso8601), token.expires?.formatted(.iso8601) ?? ""].joined(separator: "\t"))
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a token by the id that 'list' shows.")
        @OptionGroup var common: CommonOptions
        @Argument var id: String

        func run() async throws {
            try await withAccounts(common) { try await $0.removeToken(id: id) }
            tell("removed \(id)")
        }
    }
}
