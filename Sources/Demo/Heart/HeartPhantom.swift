/// A heart from its tip, four chambers in one plane, at a moment of its beat. Millimetres from the probe: x to the right of the picture, y deeper.
struct HeartPhantom {
    /// 0 relaxed, 1 contracted.
    let contraction: Float
    /// How far the valves to the ventricles stand open.
    let opening: Float

    /// - Parameter phase: 0..<1, from one R wave to the next.
    init(phase: Float) {
        contraction = smoothstep(0.02, 0.3, phase) * (1 - smoothstep(0.38, 0.6, phase))
        // Early filling, then the push of the atria.
        let early = smoothstep(0.46, 0.56, phase) * (1 - 0.65 * smoothstep(0.6, 0.74, phase))
        let late = smoothstep(0.8, 0.88, phase) * (1 - smoothstep(0.93, 0.99, phase))
        opening = max(early * (1 - smoothstep(0.9, 0.99, phase)), late * 0.8)
    }

    /// Depth of the plane of the valves: it moves towards the tip in systole.
    private var valves: Float { 97 - 11 * contraction }

    struct Echo {
        /// Strength in dB below the brightest.
        var level: Float
        /// Tissue keeps its grain from beat to beat, blood does not.
        var isBlood: Bool
    }

    func echo(_ place: Float, _ y: Float) -> Echo {
        // The probe stands a little to the left of the tip.
        let x = place + 5
        let c = contraction
        // Nothing that grew is an ellipse; beams fray what they cross sideways.
        let rough = 1.7 * Noise.value(Point(x * 0.11, y * 0.11, c), seed: 81) + 0.7 * Noise.value(Point(x * 0.4, y * 0.4, c * 3), seed: 82)
        let left = ellipse(x - 15, y - 64, 20.5 - 6 * c, 42 - 6 * c) + rough, right = ellipse(x + 25, y - 71, 15 - 4 * c, 33 - 5 * c) + rough
        let leftWall = ellipse(x - 15, y - 62, 31 - 2.5 * c, 51 - 3 * c) + rough, rightWall = ellipse(x + 26, y - 70, 21 - 3.5 * c, 40 - 4 * c) + rough
        let leftAtrium = ellipse(x - 17, y - 121 + 3 * c, 17.5 + 2.2 * c, 20 + 2 * c) + rough, rightAtrium = ellipse(x + 26, y - 120 + 3 * c, 16.5 + 2 * c, 18 + 2 * c) + rough
        let plane = valves

        if let valve = leaflets(x, y, plane) { return Echo(level: valve, isBlood: false) }
        let ventricles = max(min(left, right), y - plane), atria = max(min(leftAtrium, rightAtrium), plane - y)
        let cavity = min(ventricles, atria)
        // Where the cavities meet at a valve there is no wall.
        let isOrifice = abs(y - plane) < 7 && (abs(x - 16) < 15 || abs(x + 25) < 11)
        if cavity < 0 || isOrifice { return Echo(level: -50 + 5 * exponential(min(cavity, 0) * 0.5), isBlood: true) }

        let myocardium = max(min(leftWall, rightWall), y - plane - 3)
        let atrialWall = min(leftAtrium, rightAtrium) - 2.6
        if min(myocardium, atrialWall) < 0 {
            let lining = exponential(-cavity * cavity * 0.5) * 7
            return Echo(level: -21 + lining, isBlood: false)
        }
        // The sac around the heart shines; behind it comes lung.
        let outside = min(myocardium, atrialWall)
        let sac = exponential(-(outside - 1.5) * (outside - 1.5) * 0.35) * 17
        return Echo(level: max(-30 - outside * 0.28, -46) + sac, isBlood: false)
    }

    @inline(__always) private func ellipse(_ x: Float, _ y: Float, _ a: Float, _ b: Float) -> Float {
        let u = x / a, v = y / b
        let k = (u * u + v * v).squareRoot()
        let g = (u / a * u / a + v / b * v / b).squareRoot()
        return k < 1e-3 ? -min(a, b) : k * (k - 1) / g
    }

    /// Mitral and tricuspid valve: two leaves each, from the wall to where they meet.
    private func leaflets(_ x: Float, _ y: Float, _ plane: Float) -> Float? {
        guard y < plane + 8, y > plane - 26 else { return nil }
        for (middle, half, length) in [(Float(16), Float(16), Float(18)), (-25, 12, 14)] {
            for side in [Float(-1), 1] {
                let rootX = middle + side * half
                let tipX = mix(middle + side * 0.6, middle + side * half * 0.72, opening)
                let tipY = plane + mix(3, -length, opening)
                let dx = tipX - rootX, dy = tipY - plane
                let t = clamp(((x - rootX) * dx + (y - plane) * dy) / (dx * dx + dy * dy))
                // The leaves are bent like sails.
                let length = (dx * dx + dy * dy).squareRoot()
                let bend = sine(t * .pi) * 2.2 * side * (1 - opening)
                let beside = ((y - plane) * dx - (x - rootX) * dy) / length + bend
                let beyond = max(abs(((x - rootX) * dx + (y - plane) * dy) / length - length / 2) - length / 2, 0)
                let d = (beside * beside + beyond * beyond).squareRoot()
                if d < 1.5 { return -7 - d * 5 }
            }
        }
        return nil
    }
}
