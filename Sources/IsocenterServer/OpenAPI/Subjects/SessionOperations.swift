extension Subject {
    static let session = Subject(
        "Session", "Logging in and out of the application, and the first administrator",
        types: """
            Error  Why something was refused
              error  string  a sentence a person can act on
            NoSession  Nobody is logged in
              error  string   a sentence a person can act on
              setup  boolean  there is no administrator yet
            Session  Who is logged in
              user  User
            User
              name  string
              role  administrator|user
            Login
              name      string  of the user
              password  string
              ...
            Setup
              token     string  of the set-up link that the server printed at its start
              name      string  of the first administrator
              password  string  at least as long as the rule says that a refusal tells
              ...
            """,
        operations: """
            GET /api/session  readSession  anyone
                Who is logged in.
                > 200  Session  the caller
                > 401  NoSession  nobody is logged in
            POST /api/session  beginSession  anyone
                Logs in: the answer sets the session cookie.
                < Login  name and password
                > 200  Session  logged in
                > 401  name or password is wrong
                > 403  the request came from another site
                > 413  the request is too large
                > 429  too many wrong passwords: wait as Retry-After says
            DELETE /api/session  endSession  anyone
                Logs out: the session ends on the server.
                > 204  -  there is no session any more
                > 403  the request came from another site
            POST /api/setup  setUp  anyone
                Makes the first administrator, and logs it in.
                < Setup  the set-up link's token, and whom to make
                > 201  Session  made and logged in
                > 401  name or password is wrong
                > 403  the token is wrong or used, or the request came from another site
                > 413  the request is too large
                > 429  too many wrong passwords: wait as Retry-After says
            """)
}
