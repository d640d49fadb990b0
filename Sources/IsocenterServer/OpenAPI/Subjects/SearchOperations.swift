extension Subject {
    /// QIDO-RS (PS3.18 §10.6).
    static let search = Subject(
        "Search", "QIDO-RS (PS3.18 §10.6): attributes of the objects as parameters, by keyword, tag or path",
        operations: [
            ("/dicom-web/studies", "searchStudies", "Studies"),
            ("/dicom-web/series", "searchSeries", "Series"),
            ("/dicom-web/studies/{study}/series", "searchSeriesOfStudy", "Series of a study"),
            ("/dicom-web/instances", "searchInstances", "Instances"),
            ("/dicom-web/studies/{study}/instances", "searchInstancesOfStudy", "Instances of a study"),
            ("/dicom-web/studies/{study}/series/{series}/instances", "searchInstancesOfSeries", "Instances of a series"),
        ].map { path, id, what in """
            GET \(path)  \(id)  user
                \(what) that match.
                Every attribute may be a parameter: PatientName=SMITH*, 00080020=20240101-20241231, StudyInstanceUID=1.2.3,4.5.6.
                ? PatientID       string  `4711`  with wildcards * and ?
                ? PatientName     string  `smith*`  case and accents do not count
                ? StudyDate       string  `20240101-20241231`  one date or a range
                ? ModalitiesInStudy  string  `CT`
                ? AccessionNumber  string  `A1`
                ? includefield    [string]  `all`  further attributes of the answers, or all
                ? fuzzymatching   boolean=false  by sound
                ? limit           integer(0...)  of matches; all of them where it is not given
                ? offset          integer(0...)=0  matches to leave out
                ? accept          string  `application/dicom+json`  in place of the header
                > 200  application/dicom+json [DataSet], application/json [DataSet]  the matches; a Warning header says what was not done, and that there is more
                > 204  -  nothing matches
                > 406  none of what is accepted can be had

            """
        }.joined())
}
