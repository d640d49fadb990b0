import NIOCore
import NIOPosix
import Synchronization
import Workflow

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The addresses of host names, asked of the system's resolver and kept for a while. A name that cannot be resolved just now has
/// the addresses it had.
final class HostAddresses: Sendable {
    private struct Entry {
        var addresses: [AddressRange]
        var until: ContinuousClock.Instant
    }

    private static let lifetime = Duration.seconds(60)
    private static let pause = Duration.seconds(5)
    private static let most = 1000

    private let entries = Mutex<[String: Entry]>([:])
    private let clock = ContinuousClock()

    /// Empty where the name is not known.
    func addresses(of host: String) async -> [AddressRange] {
        if let numeric = AddressRange(host) { return [numeric] }
        let known = entries.withLock { $0[host] }
        if let known, known.until > clock.now { return known.addresses }
        // The resolver blocks; that the pool is shutting down is the same as that it found nothing.
        let found = (try? await NIOThreadPool.singleton.runIfActive { Self.resolve(host) }) ?? []
        let entry = Entry(
            addresses: found.isEmpty ? known?.addresses ?? [] : found, until: clock.now + (found.isEmpty ? Self.pause : Self.lifetime))
        entries.withLock { entries in
            if entries.count >= Self.most { entries = [:] }
            entries[host] = entry
        }
        return entry.addresses
    }

    private static func resolve(_ host: String) -> [AddressRange] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [AddressRange] = []
        var next = list
        while let info = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(info.pointee.ai_addr, info.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0,
                let range = AddressRange(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
            {
                found.append(range)
            }
            next = info.pointee.ai_next
        }
        return found
    }
}
