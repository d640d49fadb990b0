extension Subject {
    static let folders = Subject(
        "Folders", "Folders whose objects are found and given out where they lie",
        types: """
            Folder
              name    string
              path    string
              state   string       new, reading, followed, away or leaving
              reason  string       why it is away, or what could not be looked at
              looked  integer      files of the look under way, or of the last one
              began?  string         when it began
              ended?  string         when the last whole look ended
              files   FolderCounts
            FolderCounts
              indexed    integer
              duplicate  integer  their object was here already
              conflict   integer  another content has their SOP Instance UID
              hidden     integer  their object was deleted for good
              refused    integer  no objects, or not readable
              missing    integer  of those above, files that are not there
              bytes      integer
            """,
        operations: """
            GET /api/folders  listFolders  administrator
                The folders, and how many of their files are what.
                > 200  [Folder]  all of them
            POST /api/folders/{folder}/scan  scanFolder  administrator
                Has all of it looked at soon; only what is new or changed is read.
                > 202  -  it will be
                > 404  there is no such folder
            """)
}
