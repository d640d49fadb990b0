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
        @Option(name: .customLong("action"), help: ArgumentHelp("What it may do, may be repeated: \(Action.grantable.map(\.rawValue).joined(separator: ", ")). All that the user may where not given.", valueName: "action"))
        var actions: [String] = []
        @Option(name: .customLong("view"), help: ArgumentHelp("Studies that it sees, as Modality=CT; may be repeated. All where not given.", valueName: "key=value")) var view: [String] = []
        @Option(name: .customLong("from"), help: ArgumentHelp("Address or network that it may come from; may be repeated. Anywhere where not given.", valueName: "address")) var sources: [String] = []

        func validate() throws {
            if let expires, !(1...36_500).contains(expires) { throw ValidationError("--expires is 1 to 36500 days") }
            for word in actions where !Action.grantable.map(\.rawValue).contains(word) { throw ValidationError("--action is one of \(Action.grantable.map(\.rawValue).joined(separator: ", ")), not '\(word)'") }
        }

        func run() async throws {
            let scope = TokenScope(actions: actions.isEmpty ? nil : Set(actions.compactMap { Action(rawValue: $0) }), view: view, sources: sources)
            print(try await withAccounts(common) { try await $0.addToken(for: user, label: label, lifetime: expires, scope: scope) })
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List tokens: id, user, label, since, until, actions, studies, addresses, last use and its address.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            for token in try await withAccounts(common, { try await $0.tokens() }) {
                print([token.id, token.account, token.label, token.created.formatted(.iso8601), token.expires?.formatted(.iso8601) ?? "",
                    token.scope.actions?.map(\.rawValue).sorted().joined(separator: ",") ?? "", token.scope.view.joined(separator: ","), token.scope.sources.joined(separator: ","),
                    token.lastUsed?.formatted(.iso8601) ?? "", token.lastAddress ?? ""].joined(separator: "\t"))
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
