extension Subject {
    static let dictionary = Subject(
        "Dictionary", "What attributes and UIDs are called",
        types: """
            Dictionary
              elements  [[string]]  tag, keyword and name of each; of repeating groups the first group
              uids      {string}  the name of each registered UID
            PrivateElement
              creator  string
              tag      string  eight hexadecimal digits
            """,
        operations: """
            GET /api/dictionary  readDictionary  user
                The attributes and UIDs of the standard.
                : If-None-Match  string  `W/"324610"`  ETag of what the client has
                > 200  Dictionary  all of them
                > 304  -  it is as the client has it
            POST /api/dictionary/private  namePrivateElements  user
                Names of private elements that are publicly known, in any block of their creators.
                < [PrivateElement]  2000 at most
                > 200  [string]  their names in the same order, empty where it is not known
            """)
}
