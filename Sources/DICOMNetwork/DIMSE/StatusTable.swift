/// Status (0000,0900) of a response (PS3.7 Annex C; PS3.4 for what each service class adds).
public struct DIMSEStatus: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public enum Category: String, Sendable { case success, warning, failure, cancel, pending }

    public static let success = DIMSEStatus(rawValue: 0x0000)
    public static let cancel = DIMSEStatus(rawValue: 0xFE00)
    public static let pending = DIMSEStatus(rawValue: 0xFF00)

    public static let processingFailure = DIMSEStatus(rawValue: 0x0110)
    public static let duplicateSOPInstance = DIMSEStatus(rawValue: 0x0111)
    public static let invalidObjectInstance = DIMSEStatus(rawValue: 0x0117)
    public static let noSuchSOPClass = DIMSEStatus(rawValue: 0x0118)
    public static let missingAttribute = DIMSEStatus(rawValue: 0x0120)
    public static let sopClassNotSupported = DIMSEStatus(rawValue: 0x0122)
    public static let notAuthorized = DIMSEStatus(rawValue: 0x0124)
    public static let unrecognizedOperation = DIMSEStatus(rawValue: 0x0211)
    public static let resourceLimitation = DIMSEStatus(rawValue: 0x0213)

    /// Storage service class (PS3.4 Table B.2-1).
    public static let outOfResources = DIMSEStatus(rawValue: 0xA700)
    public static let dataSetDoesNotMatchSOPClass = DIMSEStatus(rawValue: 0xA900)
    public static let cannotUnderstand = DIMSEStatus(rawValue: 0xC000)

    /// By the ranges of PS3.7 §C.1 to C.5, which hold for every service class.
    public var category: Category {
        switch rawValue {
        case 0x0000: .success
        case 0xFF00, 0xFF01: .pending
        case 0xFE00: .cancel
        case 0x0001, 0x0107, 0x0116, 0xB000...0xBFFF: .warning
        default: .failure
        }
    }

    /// What the code means in a service class, in the standard's words; nil where the standard gives it no meaning.
    public func meaning(in service: String = "general") -> String? {
        let rows = StatusTable.rows
        let row = rows.first { $0.service == service && $0.codes.contains(rawValue) }
            ?? rows.first { $0.service == "general" && $0.codes.contains(rawValue) }
        return row.map { $0.meaning.isEmpty ? $0.category.rawValue : $0.meaning }
    }
}

extension DIMSEStatus: CustomStringConvertible {
    /// `A700H (failure)`
    public var description: String { "\(hex(rawValue)) (\(category.rawValue))" }
}

enum StatusTable {
    struct Row: Sendable {
        let service: String
        let codes: ClosedRange<UInt16>
        let category: DIMSEStatus.Category
        let meaning: String
    }

    /// Service class, first and last code, category by its first letter, meaning. `general` holds for every class.
    static let text = """
        general                   0000 0000 S
        general                   0105 0105 F No Such Attribute
        general                   0106 0106 F Invalid Attribute Value
        general                   0107 0107 W Attribute List Error
        general                   0110 0110 F Processing Failure
        general                   0111 0111 F Duplication SOP Instance
        general                   0112 0112 F No Such SOP Instance
        general                   0113 0113 F No Such Event Type
        general                   0114 0114 F No Such Argument
        general                   0115 0115 F Invalid Argument Value
        general                   0116 0116 W Attribute Value Out of Range
        general                   0117 0117 F Invalid Object Instance
        general                   0118 0118 F No Such SOP Class
        general                   0119 0119 F Class-Instance Conflict
        general                   0120 0120 F Missing Attribute
        general                   0121 0121 F Missing Attribute Value
        general                   0122 0122 F Refused: SOP Class Not Supported
        general                   0123 0123 F No Such Action
        general                   0124 0124 F Refused: Not Authorised
        general                   0210 0210 F Duplicate Invocation
        general                   0211 0211 F Unrecognised Operation
        general                   0212 0212 F Mistyped Argument
        general                   0213 0213 F Resource Limitation
        general                   FE00 FE00 C
        storage                   A700 A7FF F Refused: Out of Resources
        storage                   A900 A9FF F Data Set Does Not Match SOP Class
        storage                   B000 B000 W Coercion of Data Elements
        storage                   B006 B006 W Element Discarded
        storage                   B007 B007 W Data Set Does Not Match SOP Class
        storage                   C000 CFFF F Cannot Understand
        qr_find                   A700 A700 F Refused: Out of Resources
        qr_find                   A710 A710 F Invalid Prior Record Key
        qr_find                   A900 A900 F Identifier Does Not Match SOP Class
        qr_find                   B001 B001 W Matching reached response limit, subsequent request may return additional matches
        qr_find                   C000 CFFF F Unable to Process
        qr_find                   FF00 FF00 P Matches are continuing, current match supplied
        qr_find                   FF01 FF01 P Matches are continuing, warning
        qr_move                   A701 A701 F Refused: Out of resources, unable to calculate number of matches
        qr_move                   A702 A702 F Refused: Out of resources, unable to perform sub-operations
        qr_move                   A801 A801 F Move destination unknown
        qr_move                   A900 A900 F Identifier does not match SOP class
        qr_move                   AA00 AA00 F None of the frames requested were found in the SOP instance
        qr_move                   AA01 AA01 F Unable to create new object for this SOP class
        qr_move                   AA02 AA02 F Unable to extract frames
        qr_move                   AA03 AA03 F Time-based request received for a non-time-based original SOP Instance
        qr_move                   AA04 AA04 F Invalid request
        qr_move                   B000 B000 W Sub-operations completed, one or more failures
        qr_move                   C000 CFFF F Unable to Process
        qr_move                   FF00 FF00 P Sub-operations are continuing
        qr_get                    A701 A701 F Refused: Out of resources, unable to calculate number of matches
        qr_get                    A702 A702 F Refused: Out of resources, unable to perform sub-operations
        qr_get                    A900 A900 F Identifier does not match SOP class
        qr_get                    AA00 AA00 F None of the frames requested were found in the SOP instance
        qr_get                    AA01 AA01 F Unable to create new object for this SOP class
        qr_get                    AA02 AA02 F Unable to extract frames
        qr_get                    AA03 AA03 F Time-based request received for a non-time-based original SOP Instance
        qr_get                    AA04 AA04 F Invalid request
        qr_get                    B000 B000 W Sub-operations complete, one or more failures or warnings
        qr_get                    C000 CFFF F Unable to Process
        qr_get                    FF00 FF00 P Sub-operations are continuing
        modality_worklist         A700 A700 F Refused: Out of resources
        modality_worklist         A900 A900 F Identifier does not match SOP class
        modality_worklist         C000 CFFF F Unable to Process
        modality_worklist         FF00 FF00 P Matches are continuing - current match is supplied and any Optional Keys were supported in the same manner as Required Keys
        modality_worklist         FF01 FF01 P Matches are continuing - warning that one or more Optional Keys were not supported for existence for this Identifier
        relevant_patient          A700 A700 F Out of resources
        relevant_patient          A900 A900 F Identifier doesn't match SOP Class
        relevant_patient          C000 C000 F Unable to process
        relevant_patient          C100 C100 F More than one match found
        relevant_patient          C200 C200 F Unable to support requested template
        relevant_patient          FF00 FF00 P Current match is supplied
        substance_administration  A700 A700 F Out of resources
        substance_administration  A900 A900 F Data set doesn't match SOP Class
        substance_administration  C000 CFFF F Unable to Process
        substance_administration  FF00 FF00 P Matches are continuing, current match is supplied and any Optional Keys were supported in the same manner as Required Keys
        substance_administration  FF01 FF01 P Matches are continuing, warning that one or more Optional Keys were not supported for existence for this Identifier
        non_patient               A700 A700 F Out of resources
        non_patient               A900 A900 F Data set doesn't match SOP Class
        non_patient               C000 C000 F Cannot understand
        procedure_step            0001 0001 W Requested optional attributes are not supported
        print_job_management      B600 B600 W Memory allocation not supported
        print_job_management      B601 B601 W Film session printing (collation) is not supported
        print_job_management      B602 B602 W Film Session SOP Instance hierarchy does not contain Image Box SOP Instances (empty page)
        print_job_management      B603 B603 W Film Box SOP Instance hierarchy does not contain Image Box SOP Instances (empty page)
        print_job_management      B604 B604 W Image size is larger than image box size, the image has been demagnified
        print_job_management      B605 B605 W Requested minimum density or maximum density outside of printer's operating range. The print will use its respective minimum or maximum density value instead
        print_job_management      B609 B609 W Image size is larger than the image box size, the image has been cropped to fit
        print_job_management      B60A B60A W Image size or Combined Print Image size is larger than the image box size, image or combined print image has been decimated to fit
        print_job_management      C600 C600 F Film Session SOP Instance hierarchy does not contain Film Box SOP Instances
        print_job_management      C601 C601 F Unable to create Print Job SOP Instance; print queue is full
        print_job_management      C602 C602 F Unable to create Print Job SOP instance; print queue is full
        print_job_management      C603 C603 F Image size is larger than image box size
        print_job_management      C605 C605 F Insufficient memory in printer to store the image
        print_job_management      C613 C613 F Combined print image size is larger than the image box size
        print_job_management      C616 C616 F There is an existing film box that has not been printed and N-ACTION at the film session level is not supported. A new film box will not be created when a previous film box has not been printed
        storage_management        B010 B010 W Attribute list error - One or more of Key Attributes are not supported for matching
        application_event_logging B101 B101 W Specified Synchronisation Frame of Reference UID doesn't match SCP Synchronization Frame of Reference
        application_event_logging B102 B102 W Study Instance UID coercion; event logged under a different Study Instance UID
        application_event_logging B104 B104 W IDs inconsistent in matching a current study; event logged
        application_event_logging C101 C101 F Procedural logging not available for specified Study Instance UID
        application_event_logging C102 C102 F Event Information doesn't match template
        application_event_logging C103 C103 F Cannot match event to a current study
        application_event_logging C104 C104 F IDs inconsistent in matching a current study; event not logged
        application_event_logging C10E C10E F Operator not authorised to add entry to Medication Administration Record
        application_event_logging C110 C110 F Patient cannot be identified from Patient ID (0010,0020) or Admission ID (0038,0010)
        application_event_logging C111 C111 F Update of Medication Administration Record failed
        media_creation_management 0001 0001 W Requested optional Attributes are not supported
        media_creation_management A510 A510 F An Initiate Media Creation action has already been received for this SOP Instance
        media_creation_management C201 C201 F Media creation request already completed
        media_creation_management C202 C202 F Media creation request already in progress and cannot be interrupted
        media_creation_management C203 C203 F Cancellation denied for unspecified reason
        unified_procedure_step    0001 0001 W Requested optional attributes are not supported
        unified_procedure_step    A700 A700 F Out of resources
        unified_procedure_step    A900 A900 F Identifier doesn't match SOP Class
        unified_procedure_step    B300 B300 W The UPS was created with modifications
        unified_procedure_step    B301 B301 W Deletion lock not granted
        unified_procedure_step    B304 B304 W The UPS is already in the requested state of CANCELED
        unified_procedure_step    B305 B305 W Coerced invalid values to valid values
        unified_procedure_step    B306 B306 W The UPS is already in the requested state of COMPLETED
        unified_procedure_step    C000 C2FF F Unable to Process
        unified_procedure_step    C300 C300 F The UPS may no longer be updated
        unified_procedure_step    C301 C301 F The correct Transaction UID was not provided
        unified_procedure_step    C302 C302 F The UPS is already IN PROGRESS
        unified_procedure_step    C303 C303 F The UPS may only become SCHEDULED via N-CREATE, not N-SET or N-ACTION
        unified_procedure_step    C304 C304 F The UPS has not met final state requirements for the requested state change
        unified_procedure_step    C305 C306 F Unable to Process
        unified_procedure_step    C307 C307 F Specified SOP Instance UID does not exist or is not a UPS Instance managed by this SCP
        unified_procedure_step    C308 C308 F Receiving AE-TITLE is unknown to this SCP
        unified_procedure_step    C309 C309 F The provided value of UPS State was not SCHEDULED
        unified_procedure_step    C30A C30F F Unable to Process
        unified_procedure_step    C310 C310 F The UPS is not yet in the IN PROGRESS state
        unified_procedure_step    C311 C311 F The UPS is already COMPLETED
        unified_procedure_step    C312 C312 F The performer cannot be contacted
        unified_procedure_step    C313 C313 F Performer chooses not to cancel
        unified_procedure_step    C314 C314 F Specified action is not appropriate for specified instance
        unified_procedure_step    C315 C315 F SCP does not support Event Reports
        unified_procedure_step    C316 CFFF F Unable to Process
        unified_procedure_step    FF00 FF00 P Matches are continuing - current match is supplied an any Optional Keys were supported in the same manner as Required Keys
        unified_procedure_step    FF01 FF01 P Matches are continuing - current match is supplied an any Optional Keys were not supported for existence for this Identifier
        rt_machine_verification   C112 C112 F No such object instance - applicable Machine Verification instance not found
        rt_machine_verification   C221 C221 F The Referenced Fraction Group Number does not exist in the referenced plan
        rt_machine_verification   C222 C222 F No beams exist within the referenced fraction group
        rt_machine_verification   C223 C223 F SCU already verifying and cannot currently process this request
        rt_machine_verification   C224 C224 F Referenced Beam Number not found within the referenced Fraction Group
        rt_machine_verification   C225 C225 F Referenced device or accessory not supported
        rt_machine_verification   C226 C226 F Referenced device or accessory not found within the referenced beam
        rt_machine_verification   C227 C227 F No such object instance - Referenced RT Plan not found
        """

    private static let categories: [Substring: DIMSEStatus.Category] =
        ["S": .success, "W": .warning, "F": .failure, "C": .cancel, "P": .pending]

    static let rows: [Row] = text.split(separator: "\n").compactMap { line in
        let fields = line.split(separator: " ", maxSplits: 4)
        guard fields.count >= 4, let first = UInt16(fields[1], radix: 16), let last = UInt16(fields[2], radix: 16), first <= last,
              let category = categories[fields[3]]
        else { return nil }
        return Row(
            service: String(fields[0]), codes: first...last, category: category,
            meaning: fields.count > 4 ? String(fields[4]) : ""
        )
    }
}
