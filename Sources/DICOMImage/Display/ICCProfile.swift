import CLittleCMS
import DICOM

/// What the numbers of a colour image look like (PS3.3 §C.11.15): a profile of the International Color Consortium, by Little CMS.
public struct ICCProfile: Sendable, Equatable {
    public let bytes: [UInt8]

    /// Well-known spaces: values of Color Space (0028,2002) and of the parameter `iccprofile` (PS3.18 §8.3.5.1.5).
    public enum Space: String, Sendable, CaseIterable, Encodable {
        case sRGB = "SRGB"
        case adobeRGB = "ADOBERGB"
        case rommRGB = "ROMMRGB"
    }

    /// Larger ones are not believed.
    static let largest = 4 << 20

    /// - Throws: `invalid`, `tooLarge` for what is no profile of R, G, B.
    public init(_ bytes: [UInt8]) throws(ImageError) {
        guard bytes.count <= Self.largest else { throw ImageError(.tooLarge, .iccProfile, "\(bytes.count) bytes") }
        // ICC.1 §7.2: the size in bytes 0 to 3, the colour space in 16 to 19, the signature in 36 to 39.
        guard bytes.count >= 132, bytes[36..<40].elementsEqual("acsp".utf8) else { throw ImageError(.invalid, .iccProfile, "is no profile") }
        let size = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
        guard size >= 132, size <= bytes.count else { throw ImageError(.invalid, .iccProfile, "says \(size) bytes, has \(bytes.count)") }
        guard bytes[16..<20].elementsEqual("RGB ".utf8) else { throw ImageError(.invalid, .iccProfile, "is not of R, G, B") }
        // A byte that makes the length even may follow.
        self.bytes = Array(bytes[..<size])
    }

    /// The profile of an image, or of the optical path that a frame of a slide was seen through.
    ///
    /// - Returns: the profile, the attribute it comes from, and the space where that is a named one; nil where the image has none.
    /// - Throws: where it is broken.
    public static func of(_ dataSet: DataSet, frameIndex: Int) throws(ImageError) -> (profile: ICCProfile, source: String, space: Space?)? {
        if let bytes = dataSet.bytes(.iccProfile), !bytes.isEmpty { return (try ICCProfile(Array(bytes)), "ICCProfile", nil) }
        let paths = dataSet.items(.opticalPathSequence)
        let identifier = FunctionalGroups(dataSet, frameIndex: frameIndex)[.opticalPathIdentificationSequence]?.string(.opticalPathIdentifier)
        let path = paths.count == 1 ? paths[0] : paths.first { identifier != nil && $0.string(.opticalPathIdentifier) == identifier }
        if let bytes = path?.bytes(.iccProfile), !bytes.isEmpty { return (try ICCProfile(Array(bytes)), "OpticalPathSequence", nil) }
        if let space = dataSet.string(.colorSpace).flatMap(Space.init(rawValue:)) { return (try ICCProfile(space), "ColorSpace", space) }
        return nil
    }
}

// MARK: Little CMS

extension ICCProfile {
    /// A well-known space, always in the same bytes.
    public init(_ space: Space) throws(ImageError) {
        let made = Self.withContext { context -> [UInt8]? in
            guard let profile = Self.profile(space, context) else { return nil }
            defer { cmsCloseProfile(profile) }
            var size: cmsUInt32Number = 0
            guard cmsSaveProfileToMem(profile, nil, &size) != 0, size >= 132, size <= Self.largest else { return nil }
            var bytes = [UInt8](repeating: 0, count: Int(size))
            guard bytes.withUnsafeMutableBytes({ cmsSaveProfileToMem(profile, $0.baseAddress, &size) }) != 0 else { return nil }
            // The day it was made says nothing: 2000-01-01 (ICC.1 §7.2.8).
            bytes.replaceSubrange(24..<36, with: [0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
            return bytes
        }
        guard let made else { throw ImageError(.encoding, .iccProfile, "Little CMS made no profile of \(space.rawValue)") }
        bytes = made
    }

    /// Brings R, G, B of this profile to another space.
    ///
    /// - Throws: `invalid` where Little CMS refuses the profile; the levels are then as they were.
    func convert<Level: FixedWidthInteger & UnsignedInteger>(_ levels: inout [Level], to space: Space) throws(ImageError) {
        // TYPE_RGB_8 and TYPE_RGB_16 of lcms2.h, which are macros: colour space RGB, three channels, bytes a channel.
        let type = cmsUInt32Number(4 << 16 | 3 << 3 | MemoryLayout<Level>.size)
        let isDone = Self.withContext { context -> Bool in
            guard let own = bytes.withUnsafeBytes({ cmsOpenProfileFromMemTHR(context, $0.baseAddress, cmsUInt32Number($0.count)) }) else { return false }
            defer { cmsCloseProfile(own) }
            guard cmsGetColorSpace(own) == cmsSigRgbData, let other = Self.profile(space, context) else { return false }
            defer { cmsCloseProfile(other) }
            guard let transform = cmsCreateTransformTHR(context, own, type, other, type, cmsUInt32Number(INTENT_PERCEPTUAL), 0) else { return false }
            defer { cmsDeleteTransform(transform) }
            let pixels = cmsUInt32Number(levels.count / 3)
            levels.withUnsafeMutableBytes { cmsDoTransform(transform, $0.baseAddress, $0.baseAddress, pixels) }
            return true
        }
        guard isDone else { throw ImageError(.invalid, .iccProfile, "is refused by Little CMS") }
    }

    /// A context of its own, so that a broken profile says nothing on the console.
    private static func withContext<Result>(_ body: (cmsContext?) -> Result) -> Result {
        let context = cmsCreateContext(nil, nil)
        defer { cmsDeleteContext(context) }
        cmsSetLogErrorHandlerTHR(context) { _, _, _ in }
        return body(context)
    }

    private static func profile(_ space: Space, _ context: cmsContext?) -> cmsHPROFILE? {
        func xy(_ x: Double, _ y: Double) -> cmsCIExyY { cmsCIExyY(x: x, y: y, Y: 1) }
        var white: cmsCIExyY, primaries: cmsCIExyYTRIPLE, curve: OpaquePointer?
        switch space {
        case .sRGB: return cmsCreate_sRGBProfileTHR(context)
        case .adobeRGB:
            // Adobe RGB (1998) Color Image Encoding, §4.3.
            white = xy(0.3127, 0.3290)
            primaries = cmsCIExyYTRIPLE(Red: xy(0.64, 0.33), Green: xy(0.21, 0.71), Blue: xy(0.15, 0.06))
            curve = cmsBuildGamma(context, 563.0 / 256)
        case .rommRGB:
            // ISO 22028-2: a power of 1.8 that begins as a line of slope 1/16.
            white = xy(0.3457, 0.3585)
            primaries = cmsCIExyYTRIPLE(Red: xy(0.7347, 0.2653), Green: xy(0.1596, 0.8404), Blue: xy(0.0366, 0.0001))
            curve = cmsBuildParametricToneCurve(context, 4, [1.8, 1, 0, 1.0 / 16, 16 * 0.001953])
        }
        guard let curve else { return nil }
        defer { cmsFreeToneCurve(curve) }
        var curves: [OpaquePointer?] = [curve, curve, curve]
        return cmsCreateRGBProfileTHR(context, &white, &primaries, &curves)
    }
}
