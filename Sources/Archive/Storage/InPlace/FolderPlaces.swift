import Database
import Synchronization

/// Where objects lie in folders. What was asked lately is kept: a place that does not fit any more is found out by the one who opens it.
final class FolderPlaces: Sendable {
    private struct State {
        var isAny = false
        var known: [ObjectID: [PlaceInFolder]] = [:]
    }

    private let database: any SQLDatabase
    private let state = Mutex(State())
    private static let mostKnown = 4096

    init(_ database: any SQLDatabase) { self.database = database }

    /// Whether there is any folder: without one nobody looks for places.
    var isAny: Bool {
        get { state.withLock { $0.isAny } }
        set { state.withLock { $0.isAny = newValue } }
    }

    func rows(_ statement: SQLStatement) async throws(ArchiveError) -> [SQLRow] {
        do throws(DatabaseError) { return try await database.all(statement) } catch { throw ArchiveError(error, "looking for files of folders") }
    }

    func forget() { state.withLock { $0.known = [:] } }

    /// Blocks.
    func places(of object: ObjectID, anew: Bool = false) throws(ArchiveError) -> [PlaceInFolder] {
        if !anew, let places = state.withLock({ $0.known[object] }) { return places }
        let places: [PlaceInFolder]
        do throws(DatabaseError) {
            places = try database.readNow { (connection) throws(DatabaseError) in try PlaceInFolder.of(object, in: connection) }
        } catch {
            throw ArchiveError(error, "looking for the file of object \(object)")
        }
        state.withLock { state in
            if state.known.count >= Self.mostKnown { state.known = [:] }
            state.known[object] = places.isEmpty ? nil : places
        }
        return places
    }

    /// The first place whose file is as it was read; nil where the object has none. Blocks.
    ///
    /// - Throws: `.away` where there are places and none of them can be read.
    func open(_ object: ObjectID) throws(ArchiveError) -> (place: PlaceInFolder, descriptor: Int32)? {
        do throws(ArchiveError) { return try open(try places(of: object)) } catch {
            guard error.code == .away else { throw error }
        }
        return try open(try places(of: object, anew: true))
    }

    private func open(_ places: [PlaceInFolder]) throws(ArchiveError) -> (place: PlaceInFolder, descriptor: Int32)? {
        var failure: ArchiveError?
        for place in places {
            do throws(ArchiveError) { return (place, try place.opened()) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        return nil
    }
}

extension LocalDisk {
    /// Whether its bytes are in this store; asked within a transaction.
    func has(_ object: ObjectID) throws(DatabaseError) -> Bool {
        do throws(ArchiveError) { return try sizeNow(of: object) != nil } catch { throw DatabaseError(.rolledBack, error.message) }
    }
}
