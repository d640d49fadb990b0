import Archive
import DICOM
import DICOMImage
import DICOMweb
import Hummingbird

/// The query of the URI service (PS3.18 §9.1.2), each parameter once and by its rules.
struct URIParameters {
    var study: UID
    var series: UID
    var instance: UID
    /// `contentType` by preference, then the Accept header; nil where nothing was said by either.
    var types: [MediaType]?
    /// Of `application/dicom`.
    var transferSyntax: TransferSyntax?
    /// From 1.
    var frame: Int?
    var rows: Int?
    var columns: Int?
    /// Left, top, right and bottom, of the image's width and height, from 0 to 1.
    var region: [Double]?
    var window: Window?
    var quality: Int?
    var annotations: Set<RenderAnnotation> = []
    var presentation: (series: UID, instance: UID)?

    /// What only pictures have.
    private static let rendering: Set<String> = [
        "annotation", "rows", "columns", "region", "windowCenter", "windowWidth", "frameNumber", "imageQuality", "presentationUID", "presentationSeriesUID",
    ]
    private static let known: Set<String> = rendering.union(["requestType", "studyUID", "seriesUID", "objectUID", "contentType", "charset", "anonymize", "transferSyntax"])
    private static let largest = 16_384

    /// - Throws: 400 naming the parameter; 406 for what would have to be de-identified.
    init(_ request: Request) throws {
        var values: [String: String] = [:]
        for (key, value) in request.uri.queryParameters {
            let name = String(key)
            guard Self.known.contains(name) else {
                throw Self.bad("\(name.prefix(64)) is no parameter here: there are \(Self.known.sorted().joined(separator: ", "))")
            }
            guard values.updateValue(String(value), forKey: name) == nil else { throw Self.bad("\(name) is given twice") }
        }
        // Before all else: who asks for no names never gets any.
        if values["anonymize"] != nil { throw HTTPFailure(.notAcceptable, "objects are not de-identified on their way out: nothing is sent for anonymize") }
        guard values["requestType"] == "WADO" else { throw Self.bad("requestType has to be WADO") }
        func uid(_ name: String) throws -> UID? {
            guard let text = values[name] else { return nil }
            guard let uid = UID(text) else { throw Self.bad("\(name) is no UID: at most 64 digits and dots") }
            return uid
        }
        func needed(_ name: String) throws -> UID {
            guard let uid = try uid(name) else { throw Self.bad("\(name) is missing") }
            return uid
        }
        (study, series, instance) = (try needed("studyUID"), try needed("seriesUID"), try needed("objectUID"))
        let header = request.headers[.accept].map { MediaType.accepted($0) }
        types = values["contentType"].map { MediaType.accepted($0) + (header ?? []) } ?? header
        transferSyntax = try uid("transferSyntax").map { TransferSyntax($0) }
        if transferSyntax == .implicitVRLittleEndian || transferSyntax == .explicitVRBigEndian {
            throw Self.bad("transferSyntax may not be Implicit VR Little Endian or Explicit VR Big Endian")
        }
        if values["contentType"].map({ MediaType.accepted($0).first?.name == "application/dicom" }) == true {
            guard let other = values.keys.first(where: Self.rendering.contains) else { return }
            throw Self.bad("\(other) is for pictures, and not for application/dicom")
        }
        try readPicture(values)
        if let series = try uid("presentationSeriesUID"), let state = try uid("presentationUID") { presentation = (series, state) }
        guard (values["presentationUID"] == nil) == (values["presentationSeriesUID"] == nil) else {
            throw Self.bad("presentationUID and presentationSeriesUID go together")
        }
        if presentation != nil, let other = ["windowCenter", "region"].first(where: { values[$0] != nil }) {
            throw Self.bad("\(other) cannot be changed where a presentation state says it")
        }
    }

    private mutating func readPicture(_ values: [String: String]) throws {
        func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
            guard let text = values[name] else { return nil }
            guard let number = Int(text), range.contains(number) else { throw Self.bad("\(name) is a number from \(range.lowerBound) to \(range.upperBound)") }
            return number
        }
        frame = try number("frameNumber", 1...Int(Int32.max))
        rows = try number("rows", 1...Self.largest)
        columns = try number("columns", 1...Self.largest)
        quality = try number("imageQuality", 1...100)
        guard (values["windowCenter"] == nil) == (values["windowWidth"] == nil) else { throw Self.bad("windowCenter and windowWidth go together") }
        if let center = values["windowCenter"], let width = values["windowWidth"] {
            guard let center = Double(center), let width = Double(width), let window = Window(center: center, width: width, function: .linear) else {
                throw Self.bad("windowCenter and windowWidth are numbers, the width 1 or more")
            }
            self.window = window
        }
        if let text = values["region"] {
            let corners = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
            guard corners.count == 4, corners.allSatisfy({ (0...1).contains($0) }), corners[0] < corners[2], corners[1] < corners[3] else {
                throw Self.bad("region is left,top,right,bottom: from 0 to 1, left below right and top below bottom")
            }
            region = corners
        }
        if let text = values["annotation"] {
            annotations = Set(try text.split(separator: ",").map { word in
                guard let annotation = RenderAnnotation(rawValue: word.trimmed.lowercased()) else { throw Self.bad("annotation is patient, technique or both, separated by a comma") }
                return annotation
            })
        }
    }

    private static func bad(_ message: String) -> HTTPFailure { HTTPFailure(.badRequest, message) }

    /// How a picture is to look.
    func options(for instance: InstanceLocation) throws -> RenderOptions {
        var options = RenderOptions(format: .jpeg(quality: quality ?? 90))
        options.window = window
        options.annotations = annotations
        guard rows != nil || columns != nil || region != nil else { return options }
        var viewport = RenderOptions.Viewport(width: columns ?? Self.largest, height: rows ?? Self.largest)
        if let region {
            guard let height = instance.rows, let width = instance.columns, height > 0, width > 0 else {
                throw HTTPFailure(.notAcceptable, "the instance does not say how large it is: no region of it can be shown")
            }
            let left = Int(region[0] * Double(width)), top = Int(region[1] * Double(height))
            let right = max(left + 1, Int((region[2] * Double(width)).rounded(.up))), bottom = max(top + 1, Int((region[3] * Double(height)).rounded(.up)))
            viewport.source = PixelRectangle(x: left, y: top, width: right - left, height: bottom - top)
            if rows == nil, columns == nil { (viewport.width, viewport.height) = (min(right - left, Self.largest), min(bottom - top, Self.largest)) }
        }
        options.viewport = viewport
        return options
    }
}
