extension Subject {
    /// Store requests that may be interrupted.
    static let uploads = Subject(
        "Uploads", "Large store requests that go on where they were interrupted (an extension)",
        types: """
            UploadAnnouncement
              type       string   Content-Type of the whole: as of a store request
              length     integer(0...)  bytes of it
              study?     uid      the study that all of it must belong to
              category?  string   of the Non-Patient Instance service: hanging-protocols
            UploadState
              type     string
              target   string   what it is stored into
              length   integer
              offset   integer  bytes that are durable
            """,
        operations: """
            POST /dicom-web/uploads  beginUpload  user
                Announces an upload; Location names it.
                < UploadAnnouncement  what will come
                > 201  -  Upload-Offset is 0
                > 415  the body is not of a type that is stored
                > 429  the caller has too many unfinished ones
                > 503  there is no room
            GET /dicom-web/uploads/{upload}  readUpload  user
                How far it is; once it is stored, the store answer with its status.
                > 200  application/json UploadState, application/dicom+json DataSet  how far, or what was stored
                > 202  application/dicom+json DataSet  the store answer
                > 404  the caller has no such upload
                > 409  application/dicom+json DataSet  the store answer
            PATCH /dicom-web/uploads/{upload}  appendToUpload  user
                Appends bytes. What Upload-Offset of an answer tells survives a power cut; the last byte stores the whole, and is answered as a store request.
                : Upload-Offset!  integer(0...)  `0`  where the bytes go: the end of what is there
                < application/partial-upload, application/offset+octet-stream, application/octet-stream  the next bytes
                > 200  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  all were stored
                > 202  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  stored, but something is to be told
                > 204  -  more is to come
                > 404  the caller has no such upload
                > 406  none of what is accepted can be had
                > 409  application/json Error, application/dicom+json DataSet, application/dicom+xml  the upload is elsewhere: Upload-Offset says where; or nothing was stored
                > 503  application/dicom+json DataSet, application/json Error  there is no room: append nothing to try again
            DELETE /dicom-web/uploads/{upload}  abandonUpload  user
                Gives it up.
                > 204  -  it is gone
                > 404  the caller has no such upload
                > 409  it is being stored
            """)
}
