extension Subject {
    /// STOW-RS (PS3.18 §10.5).
    static let store = Subject(
        "Store", "STOW-RS (PS3.18 §10.5)",
        operations: [("/dicom-web/studies", "storeInstances", "Stores objects."), ("/dicom-web/studies/{study}", "storeInstancesOfStudy", "Stores objects of one study.")].map { path, id, what in """
            POST \(path)  \(id)  user
                \(what)
                Each part of the body is an object as PS3.10 writes it. What an answer says is stored is durable and found by the next search.
                < multipart/related  type="application/dicom"
                > 200  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  all were stored
                > 202  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  some were stored: FailedSOPSequence says which were not, and why
                > 406  none of what is accepted can be had
                > 409  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  none was stored: FailedSOPSequence says why
                > 413  the request is too large
                > 415  the body is not of a type that is stored
                > 503  application/dicom+json DataSet, application/json Error  there is no room

            """
        }.joined())
}
