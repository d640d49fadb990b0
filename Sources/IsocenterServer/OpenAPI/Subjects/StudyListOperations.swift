extension Subject {
    static let studyLists = Subject(
        "Studies", "Lists for the application",
        types: """
            Info
              version    string
              aeTitle    string   ours
              dimsePort  integer
              studies    integer  in the archive
              series     integer
              instances  integer
              bytes      integer
            Studies
              studies  [Study]
              next     string?  `cursor` of the next page
              total    integer  on all pages
            Study  What an object does not give is ""
              studyInstanceUID        string
              patientName             PersonName
              patientID               string
              issuerOfPatientID       string
              patientBirthDate        string
              patientSex              string
              studyDate               date
              studyTime               string
              studyDescription        string
              accessionNumber         string
              referringPhysicianName  PersonName
              modalities              [string]
              seriesCount             integer
              instanceCount           integer
              received                date-time  of its last instance
            StudyWithSeries
              study   Study
              series  [Series]
            Series
              seriesInstanceUID   string
              seriesNumber?       integer
              modality            string
              seriesDescription?  string
              bodyPart?           string
              laterality?         string
              instanceCount       integer
              hasImages           boolean
              thumbnail           string?  URL of a small picture, relative to the application
            Manifest  All that a viewer needs before the first frame; the parts are described in docs/develop/http-api.md
              instances  [{any}]  images in the order in which the stacks need them, objects without pixels last
              stacks     [{any}]  frames that belong together in reading order
            """,
        operations: """
            GET /api/info  readInfo  user
                Version, title and totals.
                > 200  Info  the server and its archive
            GET /api/studies  listStudies  user
                A page of the study list.
                ? search    string  `smith ct`  words: each begins a word of the patient's name, patient ID, accession number, description or modality, or is a date
                ? modality  string  `CT`  only studies with it
                ? from      string  `20240101`  first study date
                ? to        string  `20241231`  last study date
                ? sort      date|patient|patientID|modality|description|accession|received=date  by what
                ? order     asc|desc  descending for dates, ascending for others, unless said
                ? limit     integer=100  of studies on the page; from 1 to 500, taken as the nearest of them
                ? cursor    string  `next` of the page before
                > 200  Studies  the page
            GET /api/studies/{study}  readStudy  user
                A study with its series.
                > 200  StudyWithSeries  the study
                > 404  there is no such study
            GET /api/studies/{study}/series/{series}/manifest  readManifest  user
                What a viewer needs before the first frame of a series.
                > 200  Manifest  images and stacks
                > 404  there is no such series
            GET /api/events  followStudies  user
                Studies that arrive or grow, as Server-Sent Events; the line stays open.
                > 200  text/event-stream  `event: study` with a Study as data, at most once a second each; `event: ping` every 15 s
            """)
}
