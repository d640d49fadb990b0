extension Subject {
    /// QIDO-RS (PS3.18 §10.6), patients and counts.
    static let search = Subject(
        "Search", "QIDO-RS (PS3.18 §10.6): attributes of the objects as parameters, by keyword, tag or path",
        types: """
            Count
              count  integer  what matches
            """,
        operations: [
            ("/dicom-web/patients", "Patients", "Patients"),
            ("/dicom-web/studies", "Studies", "Studies"),
            ("/dicom-web/patients/{patient}/studies", "StudiesOfPatient", "Studies of a patient"),
            ("/dicom-web/series", "Series", "Series"),
            ("/dicom-web/studies/{study}/series", "SeriesOfStudy", "Series of a study"),
            ("/dicom-web/instances", "Instances", "Instances"),
            ("/dicom-web/studies/{study}/instances", "InstancesOfStudy", "Instances of a study"),
            ("/dicom-web/studies/{study}/series/{series}/instances", "InstancesOfSeries", "Instances of a series"),
        ].map { path, id, what in """
            GET \(path)  search\(id)  user
                \(what) that match.
                Every attribute may be a parameter: PatientName=SMITH*, 00080020=20240101-20241231, StudyInstanceUID=1.2.3,4.5.6.
            \(matching)
                ? includefield    [string]  `all`  further attributes of the answers, by keyword, tag or path, or all
                ? limit           integer(0...)  of matches; all of them where it is not given
                ? offset          integer(0...)=0  matches to leave out
                ? orderby         string  `-StudyDate`  attributes, separated by commas; descending behind a minus
                ? cursor          string  where to go on: of the Link header of the page before
                ? includecount    boolean=false  the number of all matches in a header
                ? accept          string  `application/dicom+json`  in place of the header
                : Accept  string  `text/csv`  application/dicom+json unless said
                > 200  application/dicom+json [DataSet], application/json [DataSet], multipart/related, application/dicom+xml, text/csv  the matches; a Warning header says what was not done, and that there is more
                > 204  -  nothing matches
                > 406  none of what is accepted can be had
            GET \(path)/count  count\(id)  user
                How many match.
            \(matching)
                > 200  Count  the number

            """
        }.joined())

    private static let matching = """
            ? PatientID       string  `4711`  with wildcards * and ?
            ? PatientName     string  `smith*`  case and accents do not count
            ? StudyDate       string  `20240101-20241231`  one date or a range
            ? ModalitiesInStudy  string  `CT`
            ? AccessionNumber  string  `A1`
            ? fuzzymatching   boolean=false  names by sound, in any order and script
            ? search          string  `smith ct`  words, as in the application's list; not of patients
        """
}
