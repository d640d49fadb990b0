import Archive

extension Subject {
    /// The Non-Patient Instance service (PS3.18 §12).
    static let nonPatient = Subject(
        "Non-patient", "What belongs to no study: hanging protocols, colour palettes, implant templates (PS3.18 §12)",
        operations: NonPatientCategory.allCases.map { category in
            let path = "/dicom-web/\(category.rawValue)"
            let name = category.rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
            let stores = [("", "", "Stores some."), ("/{instance}", "Instance", "Stores this one.")].map { place, suffix, words in
                """
                POST \(path)\(place)  store\(name)\(suffix)  user
                    \(words)
                    < multipart/related, application/dicom  as a store request
                    > 200  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  all were stored
                    > 202  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  stored, but something is to be told
                    > 406  none of what is accepted can be had
                    > 409  application/dicom+json DataSet, application/json DataSet, application/dicom+xml  none was stored: FailedSOPSequence says why
                    > 415  the body is not of a type that is stored
                    > 503  application/dicom+json DataSet, application/json Error  there is no room

                """
            }.joined()
            return stores + """
                GET \(path)  search\(name)  user
                    Those that match; any attribute is a parameter, by keyword, tag or path.
                    ? limit  integer(0...)  at most so many
                    ? offset  integer(0...)  after so many
                    ? includefield  string  further attributes, or `all`
                    ? fuzzymatching  boolean=false  names are matched by their letters all the same, and a Warning says so
                    ? emptyvaluematching  boolean=false  is not done
                    ? multiplevaluematching  boolean=false  is not done
                    > 200  application/dicom+json [DataSet], application/json [DataSet]  what matches
                    > 204  -  nothing matches
                    > 406  none of what is accepted can be had
                DELETE \(path)/{instance}  delete\(name)Instance  administrator
                    Deletes it, an extension. It can be restored until its time is over (`deletion.keep`).
                    ? reason   quality|patientSafety|wrongWorklistEntry|retentionExpired|duplicate|other=other  why
                    ? comment  string(...4096)  why, in words
                    > 200  Deletion  what was deleted
                    > 404  there is no such instance
                GET \(path)/{instance}  retrieve\(name)  user
                    One of them.
                    > 200  application/dicom, multipart/related, application/dicom+json [DataSet]  the object, or its attributes
                    > 404  there is no such instance
                    > 406  it cannot be had in that form
                GET \(path)/{instance}/metadata  retrieve\(name)Metadata  user
                    Its attributes.
                    > 200  application/dicom+json [DataSet], application/json [DataSet]  one data set
                    > 404  there is no such instance
                    > 406  none of what is accepted can be had

                """
        }.joined())
}
