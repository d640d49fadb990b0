extension DICOMDIR {
    /// Makes the directory of a file set (PS3.3 Annex F, PS3.10 §8): instances in, a DICOMDIR file out.
    ///
    /// Keys are what the files say. What a file does not say stays empty, also where the standard asks for a value: nothing is made up.
    public struct Writer: Sendable {
        /// A record as it will stand in the sequence, its links still to be filled in.
        private struct Entry: Sendable {
            var bytes: [UInt8]
            var children: [Int] = []
        }

        private let fileSetID: String
        private let uid: UID
        private var entries: [Entry] = []
        private var patients: [Int] = []
        /// Records by what makes them one: patient, study and series UIDs.
        private var known: [[String]: Int] = [:]

        /// - Parameters:
        ///   - fileSetID: up to 16 capital letters, digits, blanks and `_`; empty for none.
        ///   - uid: of the file set.
        public init(fileSetID: String = "", uid: UID = UID.random()) { (self.fileSetID, self.uid) = (fileSetID, uid) }

        /// Files that have been added.
        public private(set) var count = 0

        /// Names for a file: `["DICOM", "ST000001", "SE000002", "IM000003"]`, whatever record refers to it (PS3.10 §8.2, §8.5).
        public static func fileID(study: Int, series: Int, instance: Int, sopClass: UID) -> [String] {
            func name(_ prefix: String, _ number: Int) -> String {
                let digits = "\(number)"
                return prefix + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
            }
            return ["DICOM", name("ST", study), name("SE", series), name(DirectoryRecordType.leaf(of: sopClass).prefix, instance)]
        }

        /// - Parameters:
        ///   - header: the instance's attributes; pixel data is not looked at.
        ///   - fileID: one to eight components of one to eight capital letters, digits and `_`.
        public mutating func add(_ header: DataSet, fileID: [String], sopClass: UID, sopInstance: UID, transferSyntax: TransferSyntax) throws(WriteError) {
            guard (1...8).contains(fileID.count), fileID.allSatisfy({ (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(Self.isFileIDCharacter) }) else {
                throw WriteError(tag: .referencedFileID, message: "\(fileID.joined(separator: "\\")) is no file ID")
            }
            let patientKey = [header.string(.patientID) ?? "", header.string(.issuerOfPatientID) ?? "", header.string(.patientName) ?? ""]
            let patient = try record(.patient, header, key: patientKey, in: nil)
            let studyKey = patientKey + [header.string(.studyInstanceUID) ?? ""]
            let study = try record(.study, header, key: studyKey, in: patient)
            let series = try record(.series, header, key: studyKey + [header.string(.seriesInstanceUID) ?? ""], in: study)
            let reference = [
                DataElement(.referencedFileID, .CS, strings: fileID), DataElement(.referencedSOPClassUIDInFile, uid: sopClass),
                DataElement(.referencedSOPInstanceUIDInFile, uid: sopInstance), DataElement(.referencedTransferSyntaxUIDInFile, uid: transferSyntax.uid),
            ]
            entries[series].children.append(try append(.leaf(of: sopClass), header, reference))
            count += 1
        }

        private static func isFileIDCharacter(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }

        private mutating func record(_ type: DirectoryRecordType, _ header: DataSet, key: [String], in parent: Int?) throws(WriteError) -> Int {
            if let index = known[key] { return index }
            let index = try append(type, header, [])
            known[key] = index
            if let parent { entries[parent].children.append(index) } else { patients.append(index) }
            return index
        }

        private mutating func append(_ type: DirectoryRecordType, _ header: DataSet, _ reference: [DataElement]) throws(WriteError) -> Int {
            var record = DataSet([
                DataElement(.offsetOfTheNextDirectoryRecord, .UL, integers: [0]), DataElement(.recordInUseFlag, .US, integers: [0xFFFF]),
                DataElement(.offsetOfReferencedLowerLevelDirectoryEntity, .UL, integers: [0]), DataElement(.directoryRecordType, .CS, type.name),
            ] + reference)
            if let characterSet = header[.specificCharacterSet] { record.set(characterSet) }
            for tag in type.keys + type.optional {
                if let element = header[tag]?.understood, element.isHeld {
                    record.set(element)
                } else if type.keys.contains(tag), let vr = DataElementTable.onlyVR(of: tag) {
                    record.set(vr == .SQ ? DataElement(tag, items: []) : DataElement(tag, vr, strings: []))
                }
            }
            entries.append(Entry(bytes: try DataSetWriter.encode(record, as: .explicitLittle)))
            return entries.count - 1
        }

        // MARK: The file

        /// Bytes of an item before its first element, and from there to the values of the two links, which every record begins with.
        private static let itemHeader = 8, nextLink = 8, lowerLink = 30

        /// The whole file. Records lie in the order of the tree.
        ///
        /// - Throws: where the directory has more than 4 GiB.
        public func encoded() throws(WriteError) -> [UInt8] {
            let meta = FileMetaInformation(
                sopClassUID: UID(known: "1.2.840.10008.1.3.10"), sopInstanceUID: uid, transferSyntax: .explicitVRLittleEndian)
            let before = try meta.encoded()
            let order = ordered()
            // Group 0004 up to the sequence: lengths do not depend on the values.
            let start = before.count + (try self.head(first: 0, last: 0)).count + Self.sequenceHeader
            var offsets = [Int](repeating: 0, count: entries.count)
            var offset = start
            for index in order {
                offsets[index] = offset
                offset += Self.itemHeader + entries[index].bytes.count
            }
            guard let length = UInt32(exactly: offset - start), UInt32(exactly: offset) != nil else {
                throw WriteError(tag: .directoryRecordSequence, message: "\(entries.count) records exceed 4 GiB")
            }
            var links = [(next: Int, lower: Int)](repeating: (0, 0), count: entries.count)
            for siblings in [patients] + entries.map(\.children) {
                for (one, next) in zip(siblings, siblings.dropFirst()) { links[one].next = offsets[next] }
            }
            for (index, entry) in entries.enumerated() { links[index].lower = entry.children.first.map { offsets[$0] } ?? 0 }

            var out = before + (try head(first: patients.first.map { offsets[$0] } ?? 0, last: patients.last.map { offsets[$0] } ?? 0))
            out.reserveCapacity(offset)
            out += DataSetWriter.header(.directoryRecordSequence, .SQ, length: length, as: .explicitLittle)
            for index in order {
                var bytes = entries[index].bytes
                Self.put(links[index].next, into: &bytes, at: Self.nextLink)
                Self.put(links[index].lower, into: &bytes, at: Self.lowerLink)
                LittleEndian.append(UInt16(0xFFFE), to: &out)
                LittleEndian.append(UInt16(0xE000), to: &out)
                LittleEndian.append(UInt32(bytes.count), to: &out)
                out += bytes
            }
            return out
        }

        private static let sequenceHeader = 12

        private func head(first: Int, last: Int) throws(WriteError) -> [UInt8] {
            try DataSetWriter.encode(
                DataSet([
                    DataElement(.fileSetID, .CS, strings: fileSetID.isEmpty ? [] : [fileSetID]),
                    DataElement(.offsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, .UL, integers: [first]),
                    DataElement(.offsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity, .UL, integers: [last]),
                    DataElement(.fileSetConsistencyFlag, .US, integers: [0]),
                ]), as: .explicitLittle)
        }

        /// Each record before what is below it.
        private func ordered() -> [Int] {
            var order: [Int] = [], waiting = Array(patients.reversed())
            while let index = waiting.popLast() {
                order.append(index)
                waiting += entries[index].children.reversed()
            }
            return order
        }

        private static func put(_ number: Int, into bytes: inout [UInt8], at position: Int) {
            for byte in 0..<4 { bytes[position + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
        }
    }
}

extension DataElement {
    /// Its value is in memory.
    fileprivate var isHeld: Bool {
        switch value {
        case .bytes, .items: true
        case .external, .fragments: false
        }
    }
}
