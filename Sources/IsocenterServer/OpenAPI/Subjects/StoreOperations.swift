extension Subject {
    /// STOW-RS (PS3.18 §10.5).
    static let store = Subject(
        "Store", "STOW-RS (PS3.18 §10.5)",
        operations: [("/dicom-web/studies", "storeInstances", "Stores objects."), ("/dicom-web/studies/{study}", "storeInstancesOfStudy", "Stores objects of one study.")].map { path, id, what in """
            POST \(path)  \(id)  user
                \(what)
                Objects as PS3.10 writes them, or metadata and then the bulk data it refers to, or one object alone.
                What an answer says is stored is durable and found by the next search.
                < multipart/related, application/dicom  the type parameter of multipart/related is application/dicom, application/dicom+json or application/dicom+xml
                > 200  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  all were stored
                > 202  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  stored, but something is to be told: FailedSOPSequence says which were not, WarningReason what is different
                > 406  none of what is accepted can be had
                > 409  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  none was stored: FailedSOPSequence says why
                > 413  the request is too large
                > 415  the body is not of a type that is stored
                > 503  application/dicom+json DataSet, application/json Error  there is no room

            """
        }.joined())
}
