extension Subject {
    /// WADO-URI (PS3.18 §9).
    static let uriService = Subject(
        "URI service", "WADO-URI (PS3.18 §9): one instance, named by the query",
        operations: """
            GET /wado  retrieveByURI  user
                An instance as DICOM, as a picture, or as the document in it.
                ? requestType!           WADO|
                ? studyUID!              uid
                ? seriesUID!             uid
                ? objectUID!             uid
                ? contentType            string  `image/png`  media types by preference
                ? charset                string  `UTF-8`
                ? anonymize              yes|   refused: objects are not de-identified on their way out
                ? transferSyntax         uid    of application/dicom
                ? annotation             string  `patient,technique`  written into the picture
                ? rows                   integer(1...16384)  the picture's height at most
                ? columns                integer(1...16384)  its width at most
                ? region                 string  `0,0,0.5,0.5`  left, top, right, bottom of the image, from 0 to 1
                ? windowCenter           number
                ? windowWidth            number(1...)
                ? frameNumber            integer(1...)
                ? imageQuality           integer(1...100)=90
                ? presentationSeriesUID  uid    with presentationUID
                ? presentationUID        uid    a presentation state of the study to be applied
                : Accept  string  `image/png`  where contentType says nothing
                : Range  string  `bytes=0-1023`  a part of a video or document
                > 200  application/dicom, image/jpeg, image/png, image/gif, video/mp4, video/mpeg, text/html, text/plain, text/xml, application/pdf, application/octet-stream  the instance
                > 206  application/dicom, video/mp4, video/mpeg, application/pdf, text/xml, application/octet-stream  the part
                > 304  -  it is as the client has it
                > 404  there is no such instance or frame
                > 406  it cannot be had in that form
                > 416  -  there is no such part
                > 503  no worker could take it: ask again
            """)
}
