import Archive
import DICOM

extension Peer {
    /// What the rules for this peer make of an object that is sent to it; nil where there are none.
    ///
    /// - Parameter title: ours, under which it is sent.
    public func coercion(from title: String) -> (@Sendable (DataSet) -> DataSet)? {
        guard !coercionOut.isEmpty else { return nil }
        let context = CoercionContext(callingAETitle: title, calledAETitle: aeTitle)
        return { [coercionOut] dataSet in
            // Rules that refuse are none of these (``problems``).
            guard let correction = try? coercionOut.apply(to: dataSet, context).correction else { return dataSet }
            return correction.applied(to: dataSet, by: .now(system: title, source: title))
        }
    }
}
