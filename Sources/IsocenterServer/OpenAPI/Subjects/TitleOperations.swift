extension Subject {
    static let titles = Subject(
        "Titles", "Our own AE titles: what is served under them, and to whom",
        types: """
            Titles
              titles               [Title]
              port                 integer  where they are called
              tlsPort?             integer
              checksCalledAETitle  boolean  callers have to use one of them
              services             [string]  every service there is
            Title  What is absent is the default
              title                     string
              description?              string?
              services?                 [store|query|retrieve|commit]?  that are offered under it
              callers?                  [string]?  names of peers that may call it; null: every known caller
              view?                     [string]?   matching keys (Modality=CT): only studies that meet them are seen under it
              acceptsUnknownSOPClasses?  boolean?  null: as the settings say
              onConflict?               string?    null: as the settings say
              isDefault?                any        in answers, and ignored where it comes back
            TitleChange  The whole title: what is absent is the default again
              title?                    string   as in the path
              description?              string?
              services?                 [store|query|retrieve|commit]?
              callers?                  [string]?
              view?                     [string]?
              acceptsUnknownSOPClasses?  boolean?
              onConflict?               string?
              isDefault?                any
            """,
        operations: """
            GET /api/titles  listTitles  administrator
                Our titles, the default one first where it was not described.
                > 200  Titles  all of them
            POST /api/titles  addTitle  administrator
                Adds a title.
                < Title  the title
                > 201  Title  added
                > 404  there is no such title
                > 409  the title is taken
                > 413  the request is too large
            GET /api/titles/{title}  readTitle  administrator
                One title.
                > 200  Title  the title
                > 404  there is no such title
            PUT /api/titles/{title}  setTitle  administrator
                Sets the whole title; makes one where there was none.
                < TitleChange  the title
                > 200  Title  as it is then
                > 404  there is no such title
                > 413  the request is too large
            DELETE /api/titles/{title}  removeTitle  administrator
                Removes a title's description; the default title stays.
                > 204  -  removed
                > 404  there is none that could be removed
            """)
}
