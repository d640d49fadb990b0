extension Subject {
    /// QIDO-RS (PS3.18 §10.6).
    static let search = Subject(
        "Search", "QIDO-RS (PS3.18 §10.6): attributes of the objects as parameters, by keyword, tag or path",
        operations: resources.map { path, id, what in """
            GET \(path)  search\(id)  user
                \(what) that match.
                Every attribute may be a parameter: PatientName=SMITH*, 00080020=20240101-20241231, StudyInstanceUID=1.2.3,4.5.6.
            \(keys)
                ? includefield    [string]  `all`  further attributes of the answers by keyword, tag or path, or all
                ? limit           integer(0...)  of matches; all of them where it is not given
                ? offset          integer(0...)=0  matches to leave out
                ? cursor          string  `t32303234.i7`  goes on where the page before ended, as its Link header says
                ? orderby         string  `-StudyDate,PatientName`  attributes to sort by, descending behind a minus
                ? includecount    boolean=false  the number of all matches in X-Total-Count
                ? accept          string  `application/dicom+json`  in place of the header
                > 200  application/dicom+json [DataSet], application/json [DataSet], multipart/related, text/csv  the matches; a Warning header says what was not done, and that there is more
                > 204  -  nothing matches
                > 400  a parameter has no meaning; it is named
                > 406  none of what is accepted can be had

            GET \(path)/count  count\(id)  user
                How many match.
            \(keys)
                > 200  application/json {integer}  the number, as `count`
                > 400  a parameter has no meaning; it is named

            """
        }.joined())

    private static let resources = [
        ("/dicom-web/patients", "Patients", "Patients"),
        ("/dicom-web/patients/{patient}/studies", "StudiesOfPatient", "Studies of the patient with this ID, or ID^^^issuer,"),
        ("/dicom-web/studies", "Studies", "Studies"),
        ("/dicom-web/series", "Series", "Series"),
        ("/dicom-web/studies/{study}/series", "SeriesOfStudy", "Series of a study"),
        ("/dicom-web/instances", "Instances", "Instances"),
        ("/dicom-web/studies/{study}/instances", "InstancesOfStudy", "Instances of a study"),
        ("/dicom-web/studies/{study}/series/{series}/instances", "InstancesOfSeries", "Instances of a series"),
    ]

    private static let keys = """
            ? PatientID       string  `4711`  with wildcards * and ?
            ? PatientName     string  `smith*`  case and accents do not count
            ? StudyDate       string  `20240101-20241231`  one date or a range
            ? ModalitiesInStudy  string  `CT`
            ? AccessionNumber  string  `A1`
            ? fuzzymatching   boolean=false  names by single words, by sound and in other scripts
            ? search          string  `smith ct`  words of name, ID, accession number, description, modality or reports
        """
}
