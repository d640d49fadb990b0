import DICOM

/// A beating heart in a sector, two beats that join without a seam.
enum Echocardiogram {
    private static let series = DemoSeries(
        patient: .ukrainian, study: "US/1", studyDescription: "Echocardiography", accessionNumber: "DEMO-C301", date: "20250506", time: "114500",
        modality: "US", number: 1, description: "Apical four chambers", bodyPart: "HEART", sopClass: "1.2.840.10008.5.1.4.1.1.3.1")

    static func study(scale: Int) -> DemoStudy {
        DemoStudy(title: "Ultrasound clip of the heart", instances: [DemoInstance { image(scale: scale) }])
    }

    private static let frames = 48, framesPerBeat = 24
    /// Depth seen, and half the angle of the sector.
    private static let depth: Float = 160, halfAngle: Float = 41 * .pi / 180

    private static func image(scale: Int) -> DataSet {
        let sector = SectorView(columns: 640 / scale, rows: 480 / scale, depth: depth, halfAngle: halfAngle)
        let count = frames / scale
        let pixels = clip(sector, count: count, scale: scale)
        let frameTime = 40 * Double(scale)
        let region = DataSet([
            DataElement(.regionSpatialFormat, .US, integers: [1]), DataElement(.regionDataType, .US, integers: [1]), DataElement(.regionFlags, .UL, integers: [0]),
            DataElement(.regionLocationMinX0, .UL, integers: [sector.left]), DataElement(.regionLocationMinY0, .UL, integers: [sector.apexRow]),
            DataElement(.regionLocationMaxX1, .UL, integers: [sector.right]), DataElement(.regionLocationMaxY1, .UL, integers: [sector.bottom]),
            DataElement(.referencePixelX0, .SL, integers: [sector.columns / 2 - sector.left]), DataElement(.referencePixelY0, .SL, integers: [0]),
            DataElement(.physicalUnitsXDirection, .US, integers: [3]), DataElement(.physicalUnitsYDirection, .US, integers: [3]),
            DataElement(.physicalDeltaX, .FD, decimals: [Double(sector.spacing) / 10]), DataElement(.physicalDeltaY, .FD, decimals: [Double(sector.spacing) / 10]),
        ])
        return DataSet(
            series.elements(instance: 1) + ImageModules.grey(pixels, rows: sector.rows, columns: sector.columns)
                + [
                    DataElement(.imageType, .CS, "ORIGINAL", "PRIMARY", "", "0001"), DataElement(.numberOfFrames, .IS, integers: [count]),
                    DataElement(tag: .frameIncrementPointer, vr: .AT, value: .bytes([0x18, 0x00, 0x63, 0x10])),
                    DataElement(.frameTime, .DS, decimals: [frameTime]), DataElement(.cineRate, .IS, integers: [25 / scale]),
                    DataElement(.recommendedDisplayFrameRate, .IS, integers: [25 / scale]), DataElement(.sequenceOfUltrasoundRegions, items: [region]),
                ])
    }

    private static func clip(_ sector: SectorView, count: Int, scale: Int) -> [UInt8] {
        let grain = Speckle(seed: 301), flow = Speckle(seed: 302)
        let still = lettering(sector, scale: scale)
        var result: [UInt8] = []
        result.reserveCapacity(count * sector.columns * sector.rows)
        for frame in 0..<count {
            let beat = frame * scale
            let phase = Float(beat % framesPerBeat) / Float(framesPerBeat)
            let echoes = polar(sector, HeartPhantom(phase: phase), grain, flow, frame: beat)
            var picture = sector.converted(echoes)
            for index in picture.indices where still[index] > 0 { picture[index] = still[index] }
            drawTrace(&picture, sector, frame: beat, scale: scale)
            result += picture
        }
        return result
    }

    /// Greys along the beams, 0 to 255.
    private static func polar(_ sector: SectorView, _ heart: HeartPhantom, _ grain: Speckle, _ flow: Speckle, frame: Int) -> [Float] {
        let beams = sector.beams, samples = sector.samples, c = heart.contraction
        return [Float](unsafeUninitializedCapacity: beams * samples) { target, made in
            for beam in 0..<beams {
                let a = (Float(beam) / Float(beams - 1) * 2 - 1) * halfAngle
                let across = sine(a), along = cosine(a)
                for sample in 0..<samples {
                    let r = Float(sample) / Float(samples - 1) * depth
                    let x = across * r, y = along * r
                    let echo = heart.echo(x, y)
                    var level = echo.level
                    // The grain of the wall moves with the wall: where this piece of it was at rest.
                    let near = exponential(-((x + 4) * (x + 4) + (y - 70) * (y - 70)) / 5200) * c
                    let restX = x + (x - 8) * near * 0.16, restY = y + (y - 60) * near * 0.1
                    let restAngle = angle(restX, max(restY, 0.1)), restR = (restX * restX + restY * restY).squareRoot()
                    if echo.isBlood {
                        level += 0.8 * flow(restAngle * 150 + Float(frame * 37), r * 1.9 + Float(frame * 53))
                    } else {
                        level += grain(restAngle * 150, restR * 1.9) + 3.5 * Noise.value(Point(restX, restY, 0) * 0.09, seed: 80)
                    }
                    // Reverberation under the probe, shadow at the edges, loss with depth.
                    level += 26 * exponential(-r / 7) - 7 * smoothstep(0.72, 1, abs(a) / halfAngle) - 0.03 * r
                    target[beam &* samples &+ sample] = clamp((level + 52) / 50) * 255
                }
            }
            made = beams * samples
        }
    }

    /// What stands still: the words, the scale of depth in centimetres, the wedge of greys.
    private static func lettering(_ sector: SectorView, scale: Int) -> [UInt8] {
        var picture = [UInt8](repeating: 0, count: sector.columns * sector.rows)
        func dot(_ x: Int, _ y: Int, _ grey: UInt8) {
            if x >= 0, x < sector.columns, y >= 0, y < sector.rows { picture[y * sector.columns + x] = grey }
        }
        Lettering.draw("GENERATED PHANTOM", x: 14 / scale, y: 14 / scale, size: max(2 / scale, 1)) { dot($0, $1, 190) }
        for centimetre in 0...16 {
            let row = sector.apexRow + Int((Float(centimetre) * 10 / sector.spacing).rounded())
            for step in 0..<(centimetre % 5 == 0 ? 14 : 7) / scale { dot(sector.columns - 24 / scale + step, row, 170) }
        }
        for row in 60 / scale..<220 / scale {
            for step in 0..<10 / scale { dot(14 / scale + step, row, UInt8(clamp(Float(220 / scale - row) / Float(160 / scale) * 255, 1, 255))) }
        }
        return picture
    }

    /// The ECG below, with the moment that is shown.
    private static func drawTrace(_ picture: inout [UInt8], _ sector: SectorView, frame: Int, scale: Int) {
        let left = 60 / scale, right = sector.columns - 60 / scale, base = sector.rows - 18 / scale
        let now = left + (right - left) * frame / frames
        var last = base
        for x in left..<right {
            let phase = Float((x - left) * 2 * 1000 / (right - left) % 1000) / 1000
            func wave(_ at: Float, _ width: Float, _ height: Float) -> Float { height * exponential(-(phase - at) * (phase - at) / (width * width)) }
            let p = wave(0.86, 0.025, 4), r = wave(0.02, 0.009, 24) + wave(1.02, 0.009, 24), s = wave(0.05, 0.01, -7), t = wave(0.3, 0.05, 6)
            let y = base - Int((p + r + s + t) / Float(scale))
            for row in min(y, last)...max(y, last) where row < sector.rows { picture[row * sector.columns + x] = x <= now ? 210 : 90 }
            last = y
        }
    }
}
