import DICOM

extension Archive {
    /// Where the frames of an instance lie, from the first byte of its data set; nil where it has no pixel data, or a deflated data set.
    ///
    /// Mostly the index knows. Else the pixel data is asked, a few bytes a fragment, and the answer kept in memory for next time.
    public func frames(of instance: InstanceLocation) async throws(ArchiveError) -> FrameTable? {
        guard let pixelData = instance.pixelData else { return nil }
        guard pixelData.frames.layout == .unresolved else { return pixelData.frames }
        if let known = await frameTables[instance.object] { return known }
        let dataSet = try await header(of: instance)
        let table: FrameTable
        if pixelData.isEncapsulated {
            table = try await resolved(pixelData, dataSet, instance)
        } else {
            let location = PixelDataLocation(tag: pixelData.tag, vr: pixelData.vr, value: pixelData.value, isEncapsulated: false)
            table = FrameTable(dataSet, location, transferSyntax: instance.transferSyntax)
        }
        await frameTables.keep(table, for: instance.object)
        return table
    }

    private func resolved(_ pixelData: PixelDataIndex, _ dataSet: DataSet, _ instance: InstanceLocation) async throws(ArchiveError) -> FrameTable {
        do {
            return try await FrameTable.resolved(
                value: pixelData.value, dataSet: dataSet, transferSyntax: instance.transferSyntax, limits: configuration.limits
            ) { range in try await self.read(instance, instance.inFile(range)) }
        } catch let error as ReadError {
            return FrameTable(value: pixelData.value, count: 0, layout: .unclear(error.message))
        } catch let error as ArchiveError {
            throw error
        } catch {
            throw ArchiveError(.storageFailed, "\(error)")
        }
    }
}

/// What took reading to find out: the newest of it. Objects never change, so nothing here grows old.
actor FrameTableCache {
    private var tables: [(object: ObjectID, table: FrameTable)] = []
    private var frames = 0
    /// 24 bytes each.
    private let limit: Int

    init(limit: Int = 1 << 20) { self.limit = limit }

    subscript(object: ObjectID) -> FrameTable? { tables.last { $0.object == object }?.table }

    func keep(_ table: FrameTable, for object: ObjectID) {
        guard self[object] == nil else { return }
        tables.append((object, table))
        frames += table.weight
        while frames > limit || tables.count > 256, tables.count > 1 { frames -= tables.removeFirst().table.weight }
    }
}

extension FrameTable {
    fileprivate var weight: Int {
        if case .listed(let frames) = layout { return frames.count + 1 }
        return 1
    }
}
