import CPostgreSQL
import Foundation

/// One session of a PostgreSQL server, used by one borrower at a time.
///
/// It is always in pipeline mode: statements whose results nobody waits for are sent and their answers read with those of the next
/// one that is waited for, so that a transaction of many small statements costs few round trips.
///
/// `@unchecked Sendable`: the pool gives it to one thread, which alone calls it until it gives it back under the pool's lock.
final class PostgreSQLConnection: SQLConnection, @unchecked Sendable {
    private struct Sent {
        var sql: String
        /// The statement was only to be prepared.
        var isPreparation = false
        var isWanted = false
    }

    private let handle: OpaquePointer
    private let target: String
    /// Prepared statements by their text.
    private var names: [String: String] = [:]
    private var number = 0
    private var sent: [Sent] = []
    private(set) var trouble: PostgreSQLTrouble?
    private var isFit = true
    /// The server said that it went no further, before the last of what was sent.
    private var endedBefore = false

    /// More than this at once could fill the socket both ways.
    private static let mostSent = 256
    private static let mostPrepared = 512

    init(_ handle: OpaquePointer, target: String) {
        (self.handle, self.target) = (handle, target)
    }

    deinit { PQfinish(handle) }

    /// May be lent again.
    var isReusable: Bool { isFit && PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE && sent.isEmpty }

    /// Nothing came from the server since it was given back: not its end, above all.
    var isQuiet: Bool {
        var watched = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 0
    }

    /// Is not lent again.
    func retire() { isFit = false }

    /// What another thread needs to end the statement that runs.
    func cancellation() -> OpaquePointer? { PQgetCancel(handle) }

    // MARK: Transactions

    func transaction<T>(
        _ begin: String, isWrite: Bool, _ body: (any SQLConnection) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T {
        trouble = nil
        let value: T
        do throws(DatabaseError) {
            try forgetPrepared()
            try send(begin)
            value = try body(self)
        } catch {
            rollBack()
            throw error
        }
        try commit(isWrite: isWrite)
        return value
    }

    /// A transaction of one statement, in one round trip.
    func single(_ begin: String, isWrite: Bool, _ statement: SQLStatement) throws(DatabaseError) -> PostgreSQLResult {
        trouble = nil
        do throws(DatabaseError) {
            try forgetPrepared()
            try send(begin)
            try send(statement)
            sent[sent.count - 1].isWanted = true
        } catch {
            rollBack()
            throw error
        }
        return try commit(isWrite: isWrite)
    }

    @discardableResult
    private func commit(isWrite: Bool) throws(DatabaseError) -> PostgreSQLResult {
        do throws(DatabaseError) {
            try send("COMMIT")
            let (wanted, last) = try exchange()
            // What a failed transaction answers, in which the body did not tell of the failure.
            guard last.command == "COMMIT" else { throw DatabaseError(.rolledBack, "a statement of the transaction failed, and it was not given up") }
            return wanted ?? last
        } catch {
            if isWrite, trouble == .lost, !endedBefore {
                trouble = .unknown
                throw DatabaseError(.io, "\(error.message): whether the transaction took place is unknown")
            }
            rollBack()
            throw error
        }
    }

    private func rollBack() {
        guard PQstatus(handle) == CONNECTION_OK else { isFit = false; return }
        let trouble = trouble
        do throws(DatabaseError) {
            if !sent.isEmpty { _ = try? exchange() }  // What failed is known, or does not matter any more.
            if PQtransactionStatus(handle) != PQTRANS_IDLE {
                try send("ROLLBACK")
                _ = try exchange()
            }
        } catch {
            isFit = false
        }
        self.trouble = trouble
    }

    private func forgetPrepared() throws(DatabaseError) {
        guard names.count > Self.mostPrepared else { return }
        names = [:]
        try send("DEALLOCATE ALL")
        // Until the server is asked for answers, what was sent is one transaction, in which a BEGIN would come too late.
        _ = try exchange()
    }

    // MARK: SQLConnection

    func all(_ statement: SQLStatement) throws(DatabaseError) -> [SQLRow] {
        try send(statement)
        return try exchange().last.rows()
    }

    func run(_ statement: SQLStatement) throws(DatabaseError) -> Int {
        try send(statement)
        return try exchange().last.rowsChanged
    }

    func enqueue(_ statement: SQLStatement) throws(DatabaseError) {
        try send(statement)
        if sent.count >= Self.mostSent { _ = try exchange() }
    }

    func script(_ sql: String) throws(DatabaseError) {
        try outsideOfPipeline { () throws(DatabaseError) in try execute(sql) }
    }

    /// Outside of the pipeline.
    func execute(_ sql: String) throws(DatabaseError) { _ = try answer(PQexec(handle, sql), sql) }

    /// For what the pipeline cannot do: several statements at once, and COPY.
    func outsideOfPipeline<T>(_ work: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        if !sent.isEmpty { _ = try exchange() }
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
        defer { if PQenterPipelineMode(handle) != 1 { isFit = false } }
        return try work()
    }

    /// Bytes for a COPY … FROM STDIN. Outside of the pipeline.
    func copy(_ sql: String, _ body: (_ put: ([UInt8]) throws(DatabaseError) -> Void) throws(DatabaseError) -> Void) throws(DatabaseError) {
        let begun = PQexec(handle, sql)
        guard let begun, PQresultStatus(begun) == PGRES_COPY_IN else { throw failure(begun, sql) }
        PQclear(begun)
        do throws(DatabaseError) {
            try body { (piece) throws(DatabaseError) in
                let isTaken = piece.withUnsafeBytes { PQputCopyData(handle, $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count)) }
                guard isTaken == 1 else { throw lost() }
            }
        } catch {
            PQputCopyEnd(handle, "given up")
            while let result = PQgetResult(handle) { PQclear(result) }
            throw error
        }
        guard PQputCopyEnd(handle, nil) == 1 else { throw lost() }
        let result = PQgetResult(handle)
        while let more = PQgetResult(handle) { PQclear(more) }
        _ = try answer(result, sql)
    }

    /// The columns of a statement's result. Outside of the pipeline.
    func columns(of sql: String) throws(DatabaseError) -> [PostgreSQLColumn] {
        let result = try answer(PQexec(handle, sql), sql)
        return (0..<PQnfields(result.handle)).map { column in
            PostgreSQLColumn(name: PQfname(result.handle, column).map { String(cString: $0) } ?? "", type: PostgreSQLType(PQftype(result.handle, column)))
        }
    }

    // MARK: The pipeline

    private func send(_ sql: String) throws(DatabaseError) {
        guard PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 1) == 1 else { throw lost() }
        sent.append(Sent(sql: sql))
    }

    private func send(_ statement: SQLStatement) throws(DatabaseError) {
        let parameters = PostgreSQLParameters(statement.values)
        let isSent: Int32
        if statement.values.count <= 64 {
            let name = try prepare(statement.sql)
            isSent = parameters.withPointers { PQsendQueryPrepared(handle, name, parameters.count, $0, $1, $2, 1) }
        } else {
            // Lists of any length would fill the cache.
            let sql = PostgreSQLStatement.numbered(statement.sql)
            isSent = parameters.withPointers { PQsendQueryParams(handle, sql, parameters.count, nil, $0, $1, $2, 1) }
        }
        guard isSent == 1 else { throw lost() }
        sent.append(Sent(sql: statement.sql))
    }

    private func prepare(_ sql: String) throws(DatabaseError) -> String {
        if let name = names[sql] { return name }
        number += 1
        let name = "s\(number)"
        guard PQsendPrepare(handle, name, PostgreSQLStatement.numbered(sql), 0, nil) == 1 else { throw lost() }
        sent.append(Sent(sql: sql, isPreparation: true))
        names[sql] = name
        return name
    }

    /// Reads the answers to all that was sent.
    private func exchange() throws(DatabaseError) -> (wanted: PostgreSQLResult?, last: PostgreSQLResult) {
        let statements = sent
        sent = []
        endedBefore = false
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        var failure: DatabaseError?
        var wanted: PostgreSQLResult?
        var last: PostgreSQLResult?
        for (index, statement) in statements.enumerated() {
            let result = PQgetResult(handle).map { PostgreSQLResult($0) }
            while let more = PQgetResult(handle) {
                PQclear(more)
                if PQstatus(handle) != CONNECTION_OK { break }
            }
            guard let result, PQstatus(handle) == CONNECTION_OK else {
                // Answers come in the order of the statements.
                if failure == nil, let result, !result.sqlState.isEmpty { endedBefore = index < statements.count - 1 }
                throw failure ?? lost(result)
            }
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                if !statement.isPreparation { last = result }
                if statement.isWanted { wanted = result }
            case PGRES_PIPELINE_ABORTED:
                if statement.isPreparation { names[statement.sql] = nil }
            default:
                if statement.isPreparation { names[statement.sql] = nil }
                if failure == nil {
                    failure = self.failure(result, statement.sql)
                    // Told before the connection was seen to be gone.
                    endedBefore = trouble == .lost && index < statements.count - 1
                }
            }
        }
        let end = PQgetResult(handle)
        defer { PQclear(end) }
        guard PQstatus(handle) == CONNECTION_OK, PQresultStatus(end) == PGRES_PIPELINE_SYNC else { throw failure ?? lost() }
        if let failure { throw failure }
        guard let last else { throw DatabaseError(.statement, "the server answered to nothing") }
        return (wanted, last)
    }

    // MARK: Failures

    private func answer(_ handle: OpaquePointer?, _ sql: String) throws(DatabaseError) -> PostgreSQLResult {
        guard let handle else { throw lost() }
        let result = PostgreSQLResult(handle)
        guard result.status == PGRES_COMMAND_OK || result.status == PGRES_TUPLES_OK else { throw failure(result, sql) }
        return result
    }

    private func failure(_ handle: OpaquePointer?, _ sql: String) -> DatabaseError {
        guard let handle else { return lost() }
        return failure(PostgreSQLResult(handle), sql)
    }

    private func failure(_ result: PostgreSQLResult, _ sql: String) -> DatabaseError {
        let state = result.sqlState
        guard !state.isEmpty else { return lost(result) }
        // The first failure is the cause of those that follow.
        if trouble == nil { trouble = PostgreSQLTrouble(sqlState: state, message: result.message) }
        if trouble == .lost { isFit = false }
        return DatabaseError(.init(sqlState: state), "\(result.message) (\(state)) in: \(sql)")
    }

    private func lost(_ result: PostgreSQLResult? = nil) -> DatabaseError {
        (trouble, isFit) = (.lost, false)
        let words = result.map(\.message).flatMap { $0.isEmpty ? nil : $0 } ?? PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        let reason = words.split(whereSeparator: \.isNewline).first.map { ": \($0)" } ?? ""
        return DatabaseError(.cannotOpen, "the connection to \(target) was lost\(reason)")
    }
}
