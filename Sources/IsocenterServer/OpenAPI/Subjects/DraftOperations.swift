extension Subject {
    static let drafts = Subject(
        "Drafts", "What a reader marks in a study before it is in a report",
        types: """
            Draft
              version   integer  counts the saves; 0: there is none
              updated   string?  when it was saved last
              others    [OtherDraft]  of other readers
              document  DraftDocument?
            DraftDocument
              marks     [any]
              removed?  [string]  tracking UIDs of marks in reports that the reader took away
              ...
            OtherDraft
              account  string
              marks    integer  how many there are
              updated  date-time
            SavedDraft
              version  integer
            Marks
              marks  [Mark]  1 to 2000
            Mark
              id        uid  its tracking UID
              kind      length|polyline|bidirectional|angle|cobb|ellipse|circle|rectangle|freehand|probe|arrow|text|calibration
              instance  uid  SOP Instance UID of the image
              frame     integer  from 1
              points    [[number]]  column and row from the outer corner of the first pixel
              text      string
              values    [MarkValue]
              source    string  where its millimetres are true: as `spacing` of the manifest, or `user`
              reach?    image|series  of a calibration: for which images its known length holds
              ...
            MarkValue
              name   string  length, long, short, angle, area, mean, sd, min, max, count, value or known
              value  number
              unit   string  mm, mm², px, px², °, or that of the pixels
            StoredReport
              studyInstanceUID   uid
              seriesInstanceUID  uid
              sopInstanceUID     uid
              sopClassUID        uid
            """,
        operations: """
            GET /api/drafts/{study}  readDraft  user
                The caller's own draft of a study, and who else has one. The ETag is its version.
                > 200  Draft  the draft
                > 404  there is no such study
            PUT /api/drafts/{study}  saveDraft  user
                Saves the caller's draft over the version that was read.
                : If-Match  string  `"3"`  the version that is replaced, "0" where there is none
                < DraftDocument  the whole document, 1 MiB at most
                > 200  SavedDraft  saved, durably
                > 404  there is no such study
                > 412  Draft  another version was saved meanwhile: this one
                > 413  it is too large
                > 428  If-Match is missing
            POST /api/studies/{study}/measurements  reportMarks  user
                Stores marks as a structured report (Comprehensive SR, TID 1500) of the study, in a series of its own.
                < Marks  what is to be reported
                > 201  StoredReport  stored, durably
                > 404  there is no such study
                > 409  an image is not in the study any more
                > 413  it is too large
            """)
}
