import ArgumentParser
import Foundation
import IsocenterServer

struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who may log in; works beside a running server.", subcommands: [Add.self, List.self, Password.self, SetRole.self, Block.self, Unblock.self, ResetSecondFactors.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a user; the password is read from standard input.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String
        @Option(help: "administrator or user") var role: String = "user"
        @Flag(help: "A service account: a program that has no password and comes by tokens only.") var service = false

        func run() async throws {
            let role = try readRole(role)
            if service {
                try await withAccounts(common) { try await $0.addService(name: name, role: role) }
                return tell("added the service account \(name) (\(role.rawValue)): make a token for it by 'isocenter tokens add --user \(name)'")
            }
            let password = try readPassword()
            try await withAccounts(common) { try await $0.add(name: name, role: role, password: password) }
            tell("added \(name) (\(role.rawValue))")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List users: name, role, since when, kind, state, second factors, last login.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            for account in try await withAccounts(common, { try await $0.list() }) {
                let factors = (account.hasOneTimeCodes ? ["codes"] : []) + (account.passkeys > 0 ? ["\(account.passkeys) passkeys"] : [])
                print([account.name, account.role.rawValue, account.created.formatted(.iso8601), account.kind.rawValue, account.isBlocked ? "blocked" : "", factors.joined(separator: ", "), account.lastLogin?.formatted(.iso8601) ?? ""].joined(separator: "\t"))
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

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "role", abstract: "Give a user another role: administrator or user.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String
        @Argument(help: "administrator or user") var role: String

        func run() async throws {
            let role = try readRole(role)
            try await withAccounts(common) { try await $0.setRole(role, of: name) }
            tell("\(name) is \(role.rawValue)")
        }
    }

    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shut a user out, at once and until 'unblock': logins end, tokens are refused.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String

        func run() async throws {
            try await withAccounts(common) { try await $0.setBlocked(true, of: name) }
            tell("blocked \(name)")
        }
    }

    struct Unblock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a user in again.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String

        func run() async throws {
            try await withAccounts(common) { try await $0.setBlocked(false, of: name) }
            tell("unblocked \(name)")
        }
    }

    struct ResetSecondFactors: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-second-factors", abstract: "Take a user's one-time codes, recovery codes and passkeys away, for somebody who has lost them; ends the user's logins.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String

        func run() async throws {
            try await withAccounts(common) { try await $0.removeSecondFactors(of: name) }
            tell("\(name) has no second factor any more")
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

func readRole(_ word: String) throws -> Role {
    guard let role = Role(rawValue: word), Role.ofAccounts.contains(role) else { throw ValidationError("a role is administrator or user, not '\(word)'") }
    return role
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
