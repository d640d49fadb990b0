import DICOM

/// What may tell apart the images of one place: the fourth dimension of a series, surest first.
public enum StackDimension: Int, Sendable, CaseIterable {
    case temporalPosition, triggerTime, echoTime, bValue, acquisitionNumber, imageType, contentTime

    public var name: String {
        switch self {
        case .temporalPosition: "Temporal Position"
        case .triggerTime: "Trigger Time"
        case .echoTime: "Echo Time"
        case .bValue: "b-value"
        case .acquisitionNumber: "Acquisition Number"
        case .imageType: "Image Type"
        case .contentTime: "Content Time"
        }
    }

    /// Where it stands: attributes of classic images, and the macro and attribute of functional groups.
    private var places: (classic: [Tag], grouped: [(macro: Tag, tag: Tag)]) {
        switch self {
        case .temporalPosition: ([.temporalPositionIndex, .temporalPositionIdentifier], [(.frameContentSequence, .temporalPositionIndex)])
        case .triggerTime: ([.triggerTime], [(.cardiacSynchronizationSequence, .nominalCardiacTriggerDelayTime)])
        case .echoTime: ([.echoTime], [(.mrEchoSequence, .effectiveEchoTime)])
        case .bValue: ([.diffusionBValue], [(.mrDiffusionSequence, .diffusionBValue)])
        case .acquisitionNumber: ([.acquisitionNumber], [(.frameContentSequence, .frameAcquisitionNumber)])
        case .imageType: ([.imageType], [(.mrImageFrameTypeSequence, .frameType), (.ctImageFrameTypeSequence, .frameType), (.petFrameTypeSequence, .frameType)])
        case .contentTime: ([.contentTime], [(.frameContentSequence, .frameAcquisitionDateTime)])
        }
    }

    /// Values that rise with time or number may be counted at each place where they differ from slice to slice.
    var isCountable: Bool { self != .imageType }

    func value(_ dataSet: DataSet, _ groups: FunctionalGroups) -> String? {
        let (classic, grouped) = places
        for (macro, tag) in grouped {
            if let values = groups[macro]?.strings(tag), !values.isEmpty { return values.joined(separator: "\\") }
        }
        // The attributes of a whole multi-frame image tell its frames from those of another one.
        for tag in classic {
            let values = dataSet.strings(tag)
            if values.contains(where: { !$0.isEmpty }) { return values.joined(separator: "\\") }
        }
        return self == .bValue ? Self.privateBValue(dataSet) : nil
    }

    /// Senders that write classic MR images with the b-value in attributes of their own (creator, group, element).
    private static let privateBValues: [(creator: String, group: UInt16, element: UInt8)] = [
        ("SIEMENS MR HEADER", 0x0019, 0x0C), ("Philips Imaging DD 001", 0x2001, 0x03), ("GEMS_PARM_01", 0x0043, 0x39),
    ]

    private static func privateBValue(_ dataSet: DataSet) -> String? {
        for (creator, group, element) in privateBValues {
            guard let found = dataSet.privateElement(creator: creator, group: group, element: element) else { continue }
            let number = found.decimals.first ?? found.strings(in: .default).first.flatMap(Double.init)
            // One sender adds a billion to mark the number as exact.
            if let number { return "\(number >= 1e9 ? number - 1e9 : number)" }
        }
        return nil
    }
}
