/// Smooth noise: random values at the corners of a lattice, blended between them.
enum Noise {
    /// -1...1, changing over about one unit.
    @inline(__always) static func value(_ p: Point, seed: UInt32 = 0) -> Float {
        let floor = p.rounded(.down)
        let t = p - floor
        let s = t * t * (3 - 2 * t)
        let x = Int32(floor.x), y = Int32(floor.y), z = Int32(floor.z)
        let low = plane(x, y, z, s, seed), high = plane(x, y, z &+ 1, s, seed)
        return mix(low, high, s.z)
    }

    /// The sum of two, one turned: without the direction of the lattice, which the eye would find.
    @inline(__always) static func turned(_ p: Point, seed: UInt32) -> Float {
        let q = Point(0.36 * p.x + 0.48 * p.y - 0.8 * p.z, 0.6 * p.y - 0.8 * p.x, 0.48 * p.x + 0.64 * p.y + 0.6 * p.z)
        return 0.72 * (value(p, seed: seed) + value(q * 1.13 + 31.7, seed: seed &+ 101))
    }

    @inline(__always) private static func plane(_ x: Int32, _ y: Int32, _ z: Int32, _ s: Point, _ seed: UInt32) -> Float {
        mix(mix(corner(x, y, z, seed), corner(x &+ 1, y, z, seed), s.x), mix(corner(x, y &+ 1, z, seed), corner(x &+ 1, y &+ 1, z, seed), s.x), s.y)
    }

    @inline(__always) private static func corner(_ x: Int32, _ y: Int32, _ z: Int32, _ seed: UInt32) -> Float {
        var h = UInt32(bitPattern: x) &* 0x8DA6_B343 ^ UInt32(bitPattern: y) &* 0xD816_3841 ^ UInt32(bitPattern: z) &* 0xCB1A_B31F ^ seed &* 0x9E37_79B1
        h = (h ^ h >> 15) &* 0x2C1B_3C6D
        h = (h ^ h >> 12) &* 0x297A_2D39
        h ^= h >> 15
        return Float(h) * (2 / 4_294_967_296) - 1
    }
}
