extension Subject {
    private static let levels = [
        ("/dicom-web/studies/{study}", "Study", "A study"),
        ("/dicom-web/studies/{study}/series/{series}", "Series", "A series"),
        ("/dicom-web/studies/{study}/series/{series}/instances/{instance}", "Instance", "An instance"),
    ]

    /// WADO-RS (PS3.18 §10.4).
    static let retrieve = Subject(
        "Retrieve", "WADO-RS (PS3.18 §10.4): objects, their metadata, frames and bulk data",
        operations: levels.map { path, level, what in """
            GET \(path)  retrieve\(level)  user
                \(what), as multipart/related of objects\(level == "Instance" ? ", or as the object itself" : "").
                : Accept  string  `multipart/related; type="application/dicom"; transfer-syntax=*`  media type and transfer syntax; as Explicit VR Little Endian unless said
                : Range  string  `bytes=0-1023`  a part of what is sent as it is stored
                > 200  multipart/related, application/zip, application/dicom, application/pdf, text/xml, text/html, model/stl, video/mpeg, video/mp4, application/octet-stream  the objects
                > 206  application/dicom, application/pdf, text/xml, video/mpeg, video/mp4, application/octet-stream  the part
                > 304  -  it is as the client has it
                > 404  there is no such study, series or instance
                > 416  -  there is no such part
                > 406  none of what is accepted can be had: `error` says what can
                > 503  no worker could take it: ask again
            GET \(path)/metadata  retrieve\(level)Metadata  user
                The attributes of \(what.prefix(1).lowercased() + what.dropFirst())'s objects, large values as links.
                : Accept  string  `application/dicom+json`  which form
                ? includefield    [string]  `PatientID`  only these attributes, by keyword, tag or path, and SOP Instance UID; or all
                ? excludeprivate  boolean  `true`  without private attributes
                > 200  application/dicom+json [DataSet], application/json [DataSet], multipart/related, application/dicom+xml  one data set an instance
                > 206  application/dicom+json [DataSet], application/json [DataSet]  without the instances that the Warning names: their objects cannot be read
                > 304  -  it is as the client has it
                > 400  a parameter that has no meaning
                > 404  there is no such study, series or instance
                > 406  none of what is accepted can be had
            GET \(path)/bulkdata  retrieve\(level)BulkData  user
                Every value of \(what.prefix(1).lowercased() + what.dropFirst()) that metadata links to, a part each.
                > 200  multipart/related  the values
                > 404  there is no such study, series or instance, or no such value in it
                > 406  none of what is accepted can be had
                > 503  no worker could take it: ask again
            GET \(path)/pixeldata  retrieve\(level)PixelData  user
                Pixel data alone: native as one value, compressed a part a frame.
                > 200  multipart/related, application/octet-stream  the values or frames
                > 404  there is no such study, series or instance, or no pixel data in it
                > 406  none of what is accepted can be had
                > 503  no worker could take it: ask again

            """
        }.joined() + """
            GET /dicom-web/studies/{study}/series/{series}/instances/{instance}/frames/{frames}  retrieveFrames  user
                Frames as they are stored, or decoded.
                : Accept  string  `multipart/related; type="application/octet-stream"; transfer-syntax=*`  media type and transfer syntax of each
                > 200  multipart/related, application/octet-stream, image/jpeg, image/jls, image/jp2, image/jphc, image/jxl, image/dicom-rle, video/mpeg, video/mp4  the frames in the order asked for
                > 206  video/mpeg, video/mp4, application/octet-stream  the part
                > 304  -  it is as the client has it
                > 404  there is no such instance or frame
                > 416  -  there is no such part
                > 406  it cannot be had in that form
                > 503  no worker could take it: ask again
            GET /dicom-web/studies/{study}/series/{series}/instances/{instance}/bulkdata/{path}  retrieveBulkData  user
                A value that the metadata links to, little endian; compressed pixel data a part a frame.
                : Range  string  `bytes=0-99`  a part of it
                > 200  application/octet-stream, multipart/related  its bytes
                > 206  application/octet-stream  the part asked for
                > 304  -  it is as the client has it
                > 400  no path of tags and item numbers
                > 404  there is no such instance or value
                > 406  none of what is accepted can be had
                > 416  there is no such part
            """)
}
