import Archive
import DICOM
import DICOMImage

extension PixelAccess {
    /// A picture of a frame: a whole JPEG or PNG file.
    ///
    /// - Parameter number: from 1.
    /// - Throws: `HTTPFailure` 406 where the attributes or the pixel data allow no picture.
    func picture(of number: Int, in instance: InstanceLocation, _ options: RenderOptions) async throws -> [UInt8] {
        let (frame, header) = try await native(number, of: instance)
        var options = options
        options.automatic = try await automatic(frame, header, number, of: instance)
        return try await Self.explained("the instance cannot be rendered") { () async throws(ImageError) in
            try Render.image(of: frame, dataSet: header, frameIndex: number - 1, options: options)
        }
    }

    /// All frames one after the other, as a file that plays them; written as it is made.
    func animate(_ instance: InstanceLocation, _ format: Animation.Format, _ options: RenderOptions, to sink: @escaping ([UInt8]) async throws -> Void) async throws {
        let (first, header) = try await native(1, of: instance)
        var options = options
        options.automatic = try await automatic(first, header, 1, of: instance)
        let film = Film(pixels: self, instance: instance, header: header, options: options)
        let timing = CineTiming(header, numberOfFrames: instance.pixelData?.frames.count ?? 1)
        do {
            _ = try await Animation.write(format, timing, picture: film.picture, to: sink)
        } catch let error as ImageError {
            throw Self.failure("the instance cannot be rendered", error)
        }
    }

    /// The frames of an instance as pictures that look alike.
    private struct Film {
        let pixels: PixelAccess
        let instance: InstanceLocation
        let header: DataSet
        let options: RenderOptions

        func picture(_ index: Int) async throws -> Picture {
            let (frame, _) = try await pixels.native(index + 1, of: instance)
            return try Render.picture(of: Frame(frame), dataSet: header, frameIndex: index, options: options)
        }
    }

    private func automatic(_ frame: NativeFrame, _ header: DataSet, _ number: Int, of instance: InstanceLocation) async throws -> AutomaticRange? {
        do {
            return try await AutomaticRange.ofImage(header, showing: frame, at: number - 1, of: instance.pixelData?.frames.count ?? 1) { index in
                try await native(index + 1, of: instance).0
            }
        } catch let error as ImageError {
            throw Self.failure("the instance cannot be rendered", error)
        }
    }
}
