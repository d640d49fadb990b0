import DICOM
import Database

/// What the objects of one transaction change alike, gathered to be written once, and what is known of their studies meanwhile.
struct IndexRound {
    struct Study {
        var id: Int64
        var patient: Int64
        var isNew: Bool
        var modalities: String
        var sopClasses: String
    }

    /// Where an instance belongs. `attributes`: those in the rows of study and series.
    struct Place {
        var study: Study
        var series: Int64
        var attributes: [[UInt8]]
    }

    private struct Count {
        var instances = 0
        var bytes: Int64 = 0
        var received: Int64 = 0

        mutating func add(_ entry: IndexWriter.Entry) {
            instances += 1
            bytes += Int64(entry.size)
            received = max(received, entry.received)
        }
    }

    private var places: [[String]: Place] = [:]
    private var studies: [Int64: Count] = [:]
    private var series: [Int64: Count] = [:]
    private var patients: [Int64: Int] = [:]
    private var total = Count()
    private var newStudies = 0

    func place(_ record: InstanceRecord) -> Place? { places[[record.study.text, record.series.text]] }

    mutating func know(_ place: Place, _ record: InstanceRecord) { places[[record.study.text, record.series.text]] = place }

    /// Rows of studies or series have changed.
    mutating func forgetPlaces() { places = [:] }

    mutating func count(_ entry: IndexWriter.Entry, in place: Place) {
        studies[place.study.id, default: Count()].add(entry)
        series[place.series, default: Count()].add(entry)
        patients[place.study.patient, default: 0] += 1
        total.add(entry)
        if place.study.isNew { newStudies += 1 }
    }

    /// Into the rows; nothing is gathered or known afterwards. Rows are changed in the order of their keys.
    ///
    /// Two that store into one PostgreSQL database do wait: the second stands at the row of totals (``IndexWriter/holdFeed()``) until the
    /// first has committed, is refused then (40001) and runs again. So they come one after the other. Whoever takes rows in another order
    /// (a correction, a deletion) may meet one that waits for it as well: the engine gives up one of the two, which runs again.
    mutating func write(_ connection: any SQLConnection) throws(DatabaseError) {
        let round = self
        self = IndexRound()
        guard round.total.instances > 0 else { return }
        for (id, count) in round.studies.sorted(by: { $0.key < $1.key }) {
            try connection.run("""
                UPDATE study SET instance_count = instance_count + \(count.instances), bytes = bytes + \(count.bytes), received = \(count.received)
                WHERE  id = \(id)
                """)
        }
        for (id, count) in round.series.sorted(by: { $0.key < $1.key }) {
            try connection.run("UPDATE series SET instance_count = instance_count + \(count.instances), received = \(count.received) WHERE id = \(id)")
        }
        for (id, instances) in round.patients.sorted(by: { $0.key < $1.key }) {
            try connection.run("UPDATE patient SET instance_count = instance_count + \(instances) WHERE id = \(id)")
        }
        try connection.run("""
            UPDATE total SET studies = studies + \(round.newStudies), instances = instances + \(round.total.instances), bytes = bytes + \(round.total.bytes)
            WHERE  id = 1
            """)
    }
}
