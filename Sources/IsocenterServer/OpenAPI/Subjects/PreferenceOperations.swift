extension Subject {
    static let preferences = Subject(
        "Preferences", "What the caller has set for itself: named JSON values, the same on every screen",
        types: """
            Preferences
              preferences  {Preference}  by name
            Preference
              version  string  its ETag without quotation marks
              value    any
            """,
        operations: """
            GET /api/preferences  listPreferences  user
                All values of the caller.
                > 200  Preferences  by name
            GET /api/preferences/{preference}  readPreference  user
                One value.
                : If-None-Match  string  `"1764082800000000"`  ETag of what the client has
                > 200  any  the value, with its ETag
                > 304  -  it is as the client has it
                > 404  it is not set
            PUT /api/preferences/{preference}  setPreference  user
                Sets a value. With If-Match only where it is still the one with that ETag, with `If-None-Match: *` only where there is none.
                : If-Match  string  `"1764082800000000"`  ETag of the value that is replaced
                : If-None-Match  string  `*`  there must be none
                < any  the value, 64 KiB at most
                > 201  -  it is set; there was none before
                > 204  -  it is set
                > 409  there are too many
                > 412  it was changed elsewhere
                > 413  the value is too large
            DELETE /api/preferences/{preference}  removePreference  user
                Removes a value.
                : If-Match  string  `"1764082800000000"`  ETag of the value that is removed
                > 204  -  it is not set any more
                > 404  it is not set
                > 412  it was changed elsewhere
            """)
}
