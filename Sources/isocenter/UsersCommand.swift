import ArgumentParser
import Foundation
import IsocenterServer

struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who may log in; works beside a running server.", subcommands: [Add.self, List.self, Password.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a user; the password is read from standard input.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String
        @Option(help: "administrator or user") var role: String = "user"

        func run() async throws {
            guard let role = Role(rawValue: role), role != .node else { throw ValidationError("--role is administrator or user") }
            let password = try readPassword()
            try await withAccounts(common) { try await $0.add(name: name, role: role, password: password) }
            tell("added \(name) (\(role.rawValue))")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List users: name, role, since when.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            for account in try await withAccounts(common, { try await $0.list() }) {
                print("\(account.name)\t\(account.role.rawValue)\t\(account.created.formatted(.iso8601))")
            }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a user a new password, read from standard input; ends the user's logins.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String

        func run() async throws {
            let password = try readPassword()
            try await withAccounts(common) { try await $0.setPassword(password, of: name) }
            tell("changed the password of \(name)")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a user with all tokens and logins.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String

        func run() async throws {
            try await withAccounts(common) { try await $0.remove(name: name) }
            tell("removed \(name)")
        }
    }
}

/// Opens the accounts of a data folder, beside a server or without one.
func withAccounts<T: Sendable>(_ common: CommonOptions, _ work: (Accounts) async throws -> T) async throws -> T {
    do {
        return try await work(try await Accounts.open(try common.settings()))
    } catch let error as AccountError {
        throw Failure(error.description)
    }
}

/// One line of standard input; on a terminal without showing it.
func readPassword() throws -> String {
    if isatty(STDIN_FILENO) == 1 { FileHandle.standardError.write(Data("password: ".utf8)) }
    var before = termios()
    let isTerminal = tcgetattr(STDIN_FILENO, &before) == 0
    if isTerminal {
        var hidden = before
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &hidden)
    }
    defer {
        if isTerminal {
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            tell("")
        }
    }
    guard let line = readLine(), !line.isEmpty else { throw Failure("no password on standard input") }
    return line
}
