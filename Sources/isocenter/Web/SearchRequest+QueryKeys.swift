import DICOM
import DICOMweb

extension QueryKey {
    /// As a parameter of a search names it: keywords, or digits of what has none, with `.` between.
    var attribute: String { path.map { DataElementTable.entry(for: $0)?.keyword ?? $0.hex }.joined(separator: ".") }
}

extension SearchRequest {
    /// The same question as a C-FIND with these keys.
    ///
    /// - Parameter returned: attributes that are returned beside those with values.
    /// - Throws: `Failure` for what cannot be asked so.
    init(_ query: QueryOptions, level: QueryOptions.Level, returned: [QueryKey] = []) throws(Failure) {
        switch level {
        case .patient: throw Failure("DICOMweb has no patient level: --level study, series or image")
        case .study: self.init(.studies)
        case .series: self.init(.series)
        case .image: self.init(.instances)
        }
        if query.model == .patient || query.model == .patientStudy { throw Failure("DICOMweb has no information models: leave --model out") }
        let keys = try query.keys.map { (text) throws(Failure) in try QueryKey(text) }
        for key in keys {
            guard let value = key.value, !value.isEmpty else { continue }
            let isUID = key.path.last.map { QueryKey.vr($0) == .UI } ?? false
            // A list of UIDs is divided by commas there (PS3.18 §8.3.4.1).
            let text = isUID ? value.split(separator: "\\").joined(separator: ",") : value
            switch key.path {
            case [.studyInstanceUID] where self.level != .studies && UID(text) != nil: study = text
            case [.seriesInstanceUID] where self.level == .instances && UID(text) != nil: series = text
            default: matches.append(Match(key.attribute, text))
            }
        }
        for key in returned + keys.filter({ ($0.value ?? "").isEmpty }) where !includeFields.contains(key.attribute) { includeFields.append(key.attribute) }
    }
}
