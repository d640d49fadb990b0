extension Subject {
    static let evidence = Subject(
        "Evidence", "Key images and presentation states that readers add to a study",
        types: """
            KeyImages
              id?           uid     SOP Instance UID of the document; the same again is answered, not stored twice
              title?        113000|113002|113003|113004|113005|113006|113007|113008|113009|113018|113020|113021  code of PS3.16 CID 7010; absent: 113000, of interest
              description?  string  in the reader's own words
              images        [ReferencedImage]  1 to 1000
              ...
            ReferencedImage
              instance  uid  SOP Instance UID
              frames?   [integer]?  from 1; absent: all of them
              ...
            View
              id?       uid     SOP Instance UID of the presentation state; the same again is answered, not stored twice
              name      string(1...64)
              images    [ReferencedImage]  1 to 4000, alike in size, spacing and rescale
              values    ViewValues
              inverted  boolean  low values are bright
              rotation  integer(0...270)  clockwise, in right angles
              flipped   boolean  left and right changed after the rotation
              area      ViewArea
              planes    boolean  the images' own shutters and overlays are shown
              marks?    [DrawnMark]?
              ...
            ViewValues
              center?       number?
              width?        number?
              function?     LINEAR|LINEAR_EXACT|SIGMOID
              explanation?  string?
              table?        integer?  one of the image's VOI tables, from 0, in place of a window
              ...
            ViewArea
              first           [integer]  column and row, from 1, of what is at the top left of the screen
              last            [integer]  of what is at the bottom right
              magnification?  number?    pixels of the display for one of the image; absent: as large as there is room
              ...
            DrawnMark
              id        uid  its tracking UID
              kind      length|polyline|bidirectional|angle|cobb|ellipse|circle|rectangle|freehand|probe|arrow|text
              instance  uid
              frame     integer  from 1
              points    [[number]]  column and row from the outer corner of the first pixel
              lines     [string]  its words
              place?    [number]?  where they were put
              ...
            StoredEvidence
              studyInstanceUID   uid
              seriesInstanceUID  uid
              sopInstanceUID     uid
              sopClassUID        uid
              remarks?           [string]  what it does not hold of the view
            """,
        operations: """
            POST /api/studies/{study}/key-images  markKeyImages  user
                Stores images as key images: a Key Object Selection Document (TID 2010) of the study, in the caller's series of them.
                < KeyImages  what is selected
                > 200  StoredEvidence  it was stored before
                > 201  StoredEvidence  stored, durably
                > 404  there is no such study
                > 409  an image is not in the study any more, or the UID is taken
                > 413  it is too large
            DELETE /api/studies/{study}/key-images/{instance}  takeBackKeyImages  user
                Takes key images back: the first step of a deletion, which an administrator can undo. Those of others only administrators take back.
                > 200  Deletion  what was deleted
                > 404  there is no such study or document
            POST /api/studies/{study}/presentation-states  savePresentationState  user
                Stores a view as a Grayscale Softcopy Presentation State of the study, in the caller's series of them.
                < View  what is seen, and how
                > 200  StoredEvidence  it was stored before
                > 201  StoredEvidence  stored, durably
                > 404  there is no such study
                > 409  an image is not in the study any more, or the UID is taken
                > 413  it is too large
            """)
}
