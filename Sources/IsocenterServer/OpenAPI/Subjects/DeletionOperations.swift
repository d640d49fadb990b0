extension Subject {
    static let deletions = Subject(
        "Deletion", "Out of every query at once, restorable until the bytes are purged",
        types: """
            Deletion
              id                  integer
              studyInstanceUID    string
              seriesInstanceUID?  string     absent: the whole study
              sopInstanceUID?     string     absent: the whole study or series
              description         string     patient and study, for people
              reason              quality|patientSafety|wrongWorklistEntry|retentionExpired|duplicate|other
              comment             string
              user                string
              deleted             date-time
              restorableUntil     date-time
              instances           integer
              bytes               integer
              state               deleted|purging|restored|purged
              ended?              date-time  when it was restored or purged
            Deletions
              deletions           [Deletion]
            Restoration
              restored            integer      instances that are back
              refused             [NotRestored]
            NotRestored
              instance            string
              reason              string
            """,
        operations: """
            DELETE /dicom-web/studies/{study}  deleteStudy  administrator
                Deletes a study. It can be restored until its time is over (`deletion.keep`).
                ? reason   quality|patientSafety|wrongWorklistEntry|retentionExpired|duplicate|other=other  why
                ? comment  string(...4096)  why, in words
                > 200  Deletion  what was deleted
                > 404  there is no such study
            DELETE /dicom-web/studies/{study}/series/{series}  deleteSeries  administrator
                Deletes a series.
                ? reason   quality|patientSafety|wrongWorklistEntry|retentionExpired|duplicate|other=other  why
                ? comment  string(...4096)  why, in words
                > 200  Deletion  what was deleted
                > 404  there is no such series
            DELETE /dicom-web/studies/{study}/series/{series}/instances/{instance}  deleteInstance  administrator
                Deletes an instance.
                ? reason   quality|patientSafety|wrongWorklistEntry|retentionExpired|duplicate|other=other  why
                ? comment  string(...4096)  why, in words
                > 200  Deletion  what was deleted
                > 404  there is no such instance
            GET /api/deletions  listDeletions  administrator
                What was deleted, the newest first.
                ? state   [deleted|purging|restored|purged]  only those
                ? before  integer  id of the last one of the page before
                ? limit   integer(1...500)=100
                > 200  Deletions  the page
            GET /api/deletions/{id}  readDeletion  administrator
                One deletion.
                > 200  Deletion  as it is now
                > 404  there is no such deletion
            POST /api/deletions/{id}/restore  restoreDeletion  administrator
                Brings back what was deleted, read from its bytes and checked against their hash.
                > 200  Restoration  what is back, and what could not come back
                > 404  there is no such deletion
                > 409  it was restored or purged already
            POST /api/deletions/{id}/purge  purgeDeletion  administrator
                Takes the bytes away now, for good.
                > 202  -  they go in the background
                > 404  there is no such deletion
                > 409  it was restored or purged already
            """)
}
