extension Subject {
    static let corrections = Subject(
        "Corrections", "What instances are shown with, beside what came",
        types: """
            Correction
              sopInstanceUID  string
              rules           [string]  that made it
              source          string    who sent the object
              system          string
              time            any       when it was recorded
              changes         [AttributeChange]
            AttributeChange
              tag     string  eight hexadecimal digits
              name    string
              before  string
              after?  string  absent: the attribute was removed
            """,
        operations: """
            GET /api/instances/{instance}/correction  readCorrection  user
                What an instance is shown with.
                > 200  Correction  the correction
                > 404  there is no such instance, or it is shown as it came
            DELETE /api/instances/{instance}/correction  removeCorrection  administrator
                Takes it back: the instance is indexed as it came.
                > 200  Correction  what was taken back
                > 404  there is no such instance, or it is shown as it came
            """)
}
