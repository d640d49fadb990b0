extension Subject {
    static let uriService = Subject(
        "URI service", "One object or picture by the query alone (PS3.18 §9)",
        operations: """
            GET /wado  retrieveByURI  user
                An instance as object, picture or document.
                ? requestType            string  `WADO`  always WADO
                ? studyUID               uid
                ? seriesUID              uid
                ? objectUID              uid  SOP Instance UID
                ? contentType            string  `image/jpeg`  media types by preference; JPEG of images unless said
                ? transferSyntax         uid  of application/dicom
                ? frameNumber            integer(1...2147483647)  of a picture
                ? rows                   integer(1...16384)  height that the picture fits in
                ? columns                integer(1...16384)  width that it fits in
                ? region                 string  `0.25,0.25,0.75,0.75`  left,top,right,bottom: parts of the image's size
                ? windowCenter           number  together with windowWidth
                ? windowWidth            number
                ? imageQuality           integer(1...100)  of JPEG
                ? annotation             [patient|technique]  written into the picture
                ? presentationUID        uid  SOP Instance UID of a presentation state
                ? presentationSeriesUID  uid  its series
                ? charset                string  not used
                ? anonymize              yes|no  refused: objects are not de-identified on their way out
                > 200  application/dicom, image/jpeg, image/png, image/gif, video/mp4, text/html, text/plain, text/xml, application/pdf, application/octet-stream  the object
                > 304  -  it is as the client has it
                > 404  there is no such instance, or nothing to show
                > 406  none of what is accepted can be had
                > 503  no worker could take it: ask again
            """)
}
