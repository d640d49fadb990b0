extension Subject {
    /// PS3.18 §10.4.1.1.3 and §10.4.1.1.4.
    static let rendered = Subject(
        "Rendered", "Pictures of what is stored (PS3.18 §8.3.5): in full, and small",
        operations: [
            ("/dicom-web/studies/{study}", "Study", "a study"),
            ("/dicom-web/studies/{study}/series/{series}", "Series", "a series"),
            ("/dicom-web/studies/{study}/series/{series}/instances/{instance}", "Instance", "an instance"),
            ("/dicom-web/studies/{study}/series/{series}/instances/{instance}/frames/{frames}", "Frames", "frames"),
        ].flatMap { path, level, what in
            [("rendered", "rendered\(level)", "A picture of \(what)"), ("thumbnail", "thumbnailOf\(level)", "A small picture of \(what)")].map { resource, id, summary in
                text(path: "\(path)/\(resource)", id, summary)
            }
        }.joined())

    private static func text(path: String, _ id: String, _ summary: String) -> String { """
        GET \(path)  \(id)  user
            \(summary).
            As one picture the frame in the middle; as multipart/related one for each. Reports are HTML, encapsulated documents as they are.
            ? accept           string  `image/png`  in place of the header
            ? annotation       [patient|technique]  written into the picture
            ? quality          integer(1...100)=90  of JPEG
            ? viewport         string  `512,512`  width,height or width,height,x,y,w,h: the size to fit in, and the part to show
            ? window           string  `40,400,linear`  center,width,function: linear, linear-exact or sigmoid
            ? iccprofile       no|yes|srgb|adobergb|rommrgb  which colours, and whether the picture says so
            ? presentationUID  uid  SOP Instance UID of a presentation state of the study to be applied
            : Accept  string  `image/png`  JPEG unless said
            > 200  image/jpeg, image/png, image/gif, video/mp4, multipart/related, text/html, text/plain, text/xml, application/pdf, application/octet-stream  the picture
            > 206  video/mp4, application/pdf, text/xml, application/octet-stream  the part
            > 304  -  it is as the client has it
            > 404  there is nothing to show
            > 406  none of what is accepted can be had
            > 416  -  there is no such part
            > 503  no worker could take it: ask again

        """
    }
}
