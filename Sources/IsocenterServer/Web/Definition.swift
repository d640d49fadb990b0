import DICOM
import Foundation
import HTTPTypes
import Hummingbird

/// What an administrator defines by JSON: every field that is wrong or unknown is named.
enum Definition {
    static func object(of request: Request) async throws -> [String: Any] {
        let bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: 256 << 10)
        } catch {
            throw HTTPFailure(.contentTooLarge, "the request is larger than 256 KiB")
        }
        // Not JSON at all, or no object: one sentence for both.
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes.readableBytesView)) as? [String: Any] else {
            throw HTTPFailure(.badRequest, "the request is not a JSON object")
        }
        return object
    }

    /// - Parameters:
    ///   - example: any value: its fields are those there are.
    ///   - told: fields that are in our answers beside them, and may come back.
    static func value<Value: Decodable>(_ object: [String: Any], like example: Value, told: Set<String>) throws -> Value {
        let fields = Mirror(reflecting: example).children.compactMap(\.label)
        let object = object.filter { !told.contains($0.key) }
        if let unknown = object.keys.sorted().first(where: { !fields.contains($0) }) {
            throw HTTPFailure(.badRequest, "there is no field '\(unknown)'; there are \(fields.joined(separator: ", "))")
        }
        do {
            return try JSONDecoder().decode(Value.self, from: try JSONSerialization.data(withJSONObject: object))
        } catch let error as DecodingError {
            throw HTTPFailure(.badRequest, words(error))
        } catch let error as CoercionError {
            throw HTTPFailure(.badRequest, error.message)
        }
    }

    static func object(_ value: some Encodable) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: try JSONEncoder().encode(value)) as? [String: Any] ?? [:]
    }

    private static func words(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String { path.first.map { "'\($0.stringValue)'" } ?? "the request" }
        return switch error {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(let type, let context): "\(place(context.codingPath)) is no \(type)"
        case .valueNotFound(_, let context): "\(place(context.codingPath)) has no value"
        case .dataCorrupted(let context): "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: "the request is not the JSON that is expected here"
        }
    }
}
