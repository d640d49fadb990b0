// Where the organs lie; values are Hounsfield units with contrast in the arteries.
extension TorsoPhantom {
    static let aorta = Tube.chain([
        (Point(12, -14, 56), 14), (Point(0, -26, 84), 15), (Point(0, -24, 106), 14.5), (Point(12, -4, 120), 13.5), (Point(24, 18, 110), 13),
        (Point(28, 26, 84), 12.5), (Point(28, 26, 40), 12), (Point(24, 18, 0), 11.5), (Point(12, 8, -60), 10), (Point(8, 4, -120), 9), (Point(8, 8, -220), 8.5),
    ])
    static let archBranches = Tube.chain([(Point(-2, -8, 116), 6.5), (Point(-16, -4, 138), 6), (Point(-24, 2, 165), 5), (Point(-26, 8, 210), 4.2)])
        + Tube.chain([(Point(8, 0, 118), 4.5), (Point(14, 4, 145), 4.3), (Point(24, 10, 210), 4)])
        + Tube.chain([(Point(18, 6, 116), 5), (Point(28, 12, 145), 5), (Point(60, 2, 170), 4.5), (Point(120, 8, 165), 4)])
    static let superiorVenaCava = Tube.chain([(Point(-28, -14, 50), 10), (Point(-25, -16, 90), 9.5), (Point(-24, -12, 130), 8.5), (Point(-36, -10, 160), 7), (Point(-110, 0, 168), 5)])
    static let inferiorVenaCava = Tube.chain([(Point(-24, -4, 30), 12), (Point(-26, 4, -5), 12), (Point(-24, 2, -60), 11.5), (Point(-18, 2, -220), 10.5)])
    static let pulmonaryArteries = Tube.chain([(Point(16, -46, 60), 14), (Point(16, -34, 82), 13.5), (Point(22, -8, 92), 12), (Point(44, 8, 86), 10)])
        + Tube.chain([(Point(16, -24, 88), 12), (Point(-8, -4, 86), 11), (Point(-36, 4, 80), 10)])
    static let pulmonaryVeins = Tube.chain([(Point(-10, 6, 58), 8), (Point(-40, 8, 60), 6)]) + Tube.chain([(Point(22, 8, 58), 8), (Point(44, 10, 62), 6)])

    static let airways = Tube.chain([(Point(0, 4, 260), 8.5), (Point(0, 4, 185), 8.5), (Point(0, 6, 130), 8.8), (Point(-1, 8, 100), 9.5)])
        + Tube.chain([(Point(-1, 8, 100), 8), (Point(-22, 9, 86), 7), (Point(-40, 10, 74), 5.5), (Point(-58, 22, 52), 3.6), (Point(-76, 30, 20), 2.2)])
        + Tube.chain([(Point(-30, 10, 82), 4.5), (Point(-48, 10, 98), 3.2), (Point(-66, -2, 122), 1.8)])
        + Tube.chain([(Point(-44, 11, 68), 3), (Point(-66, -18, 54), 2.2), (Point(-86, -42, 36), 1.4)])
        + Tube.chain([(Point(-1, 8, 100), 7.5), (Point(22, 12, 86), 6.2), (Point(44, 16, 72), 5), (Point(60, 30, 50), 3.4), (Point(78, 38, 18), 2)])
        + Tube.chain([(Point(36, 14, 77), 4), (Point(56, 6, 92), 2.8), (Point(68, -8, 118), 1.6)])
    static let oesophagus = Tube.chain([(Point(2, 18, 220), 6), (Point(4, 21, 120), 6.5), (Point(8, 22, 40), 7), (Point(24, 4, 4), 7), (Point(46, 8, -10), 8)])

    static let chambers: [(Ellipsoid, Float)] = [
        (Ellipsoid(Point(48, -44, 32), Point(40, 21, 21), turn: -52), 172), (Ellipsoid(Point(8, -4, 60), Point(28, 17, 20)), 165),
        (Ellipsoid(Point(14, -58, 36), Point(37, 15, 29), turn: -28), 150), (Ellipsoid(Point(-26, -26, 42), Point(19, 26, 29)), 148),
        (Ellipsoid(Point(20, -22, 56), Point(16, 14, 16)), 176),
    ]

    static let spleen = Ellipsoid(Point(98, 34, -30), Point(24, 46, 48), turn: -28)
    static let stomach = Ellipsoid(Point(66, -26, -22), Point(44, 36, 42), turn: 20)
    static let kidneys = [Ellipsoid(Point(-62, 34, -98), Point(27, 25, 54), turn: 28, tilt: 8), Ellipsoid(Point(62, 34, -86), Point(27, 25, 55), turn: -28, tilt: 8)]
    static let adrenals = Tube.chain([(Point(-34, 30, -36), 2), (Point(-40, 36, -44), 3), (Point(-50, 42, -46), 1.8)])
        + Tube.chain([(Point(36, 26, -34), 2), (Point(42, 34, -42), 3), (Point(52, 38, -42), 1.8)])
    static let gallbladder = Ellipsoid(Point(-52, -46, -78), Point(13, 19, 25), tilt: 20)
    static let pancreas = Tube.chain([(Point(-34, -10, -72), 14), (Point(-14, -18, -58), 10), (Point(18, -20, -50), 9.5), (Point(54, -2, -42), 9), (Point(80, 16, -34), 7)])
    static let portalVein = Tube.chain([(Point(-4, -4, -66), 7), (Point(-22, 0, -48), 7.5), (Point(-40, 4, -38), 7)]) + Tube.chain([(Point(-4, -4, -64), 6), (Point(40, 6, -46), 5), (Point(78, 24, -36), 4)])
    static let renalVessels = Tube.chain([(Point(8, 6, -92), 3.5), (Point(-24, 16, -96), 3.5), (Point(-50, 28, -98), 4)]) + Tube.chain([(Point(8, 6, -84), 3.5), (Point(30, 14, -84), 3.5), (Point(50, 28, -86), 4)])
    static let psoas = Tube.chain([(Point(-30, 36, -56), 5), (Point(-38, 36, -120), 15), (Point(-48, 30, -220), 23)]) + Tube.chain([(Point(30, 36, -56), 5), (Point(38, 36, -120), 15), (Point(48, 30, -220), 23)])
    static let crura = Tube.chain([(Point(-14, 14, -10), 4), (Point(-14, 16, -60), 4.5), (Point(-14, 20, -110), 2.5)]) + Tube.chain([(Point(34, 20, -6), 4), (Point(26, 18, -50), 4.5), (Point(22, 20, -100), 2.5)])

    static let colon = Tube.chain([
        (Point(-100, -2, -220), 25), (Point(-104, -4, -160), 24), (Point(-104, -10, -118), 24), (Point(-84, -34, -106), 22), (Point(-50, -62, -122), 21), (Point(0, -68, -136), 20),
        (Point(50, -62, -118), 20), (Point(92, -36, -84), 20), (Point(110, 6, -70), 18), (Point(108, 14, -120), 17), (Point(104, 6, -220), 17),
    ], pieces: 8).enumerated().map { index, tube in
        // Haustra.
        let swell = 1 + 0.16 * sine(Float(index) * 1.7), next = 1 + 0.16 * sine(Float(index + 1) * 1.7)
        return Tube(tube.start, tube.end, tube.startRadius * swell, tube.endRadius * next)
    }
    static let bowel: [Tube] = {
        var path: [(Point, Float)] = []
        for step in 0..<180 {
            let t = Float(step)
            path.append((
                Point(54 * sine(t * 0.47) + 16 * sine(t * 1.27), -34 + 26 * cosine(t * 0.71 + 0.4), -98 - t * 0.68 + 7 * sine(t * 0.9)), 10 + 1.6 * sine(t * 1.3)
            ))
        }
        return Tube.chain(path, pieces: 3)
    }()

    static let scapulae = [Float(-1), 1].map { Ellipsoid(Point($0 * 104, 76, 112), Point(46, 4.6, 66), turn: $0 * -30) }
    static let shoulders = [Float(-1), 1].flatMap { side in
        Tube.chain([(Point(side * 84, 88, 138), 4.5), (Point(side * 120, 74, 152), 5), (Point(side * 160, 40, 172), 6.5), (Point(side * 166, 18, 176), 6)])
            + Tube.chain([(Point(side * 18, -44, 152), 8), (Point(side * 50, -52, 158), 5.8), (Point(side * 100, -26, 168), 5.6), (Point(side * 152, 6, 178), 6.5)])
    }
    static let humeri = [Float(-1), 1].flatMap { side in
        Tube.chain([(Point(side * 154, 16, 158), 21), (Point(side * 157, 16, 146), 16)], pieces: 3)
    }
}
