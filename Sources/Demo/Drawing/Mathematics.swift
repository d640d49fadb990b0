#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A place or direction in the patient coordinate system in millimetres: +x left, +y back, +z head.
typealias Point = SIMD3<Float>

@inline(__always) func sine(_ x: Float) -> Float { sinf(x) }
@inline(__always) func cosine(_ x: Float) -> Float { cosf(x) }
@inline(__always) func exponential(_ x: Float) -> Float { expf(x) }
@inline(__always) func logarithm(_ x: Float) -> Float { logf(x) }
@inline(__always) func angle(_ y: Float, _ x: Float) -> Float { atan2f(y, x) }
@inline(__always) func power(_ x: Float, _ y: Float) -> Float { powf(x, y) }

@inline(__always) func clamp(_ x: Float, _ low: Float = 0, _ high: Float = 1) -> Float { min(max(x, low), high) }

/// From 0 at `low` to 1 at `high`, without corners.
@inline(__always) func smoothstep(_ low: Float, _ high: Float, _ x: Float) -> Float {
    let t = clamp((x - low) / (high - low))
    return t * t * (3 - 2 * t)
}

@inline(__always) func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

extension SIMD3<Float> {
    @inline(__always) func dot(_ other: Point) -> Float { x * other.x + y * other.y + z * other.z }
    @inline(__always) var length: Float { dot(self).squareRoot() }
}
