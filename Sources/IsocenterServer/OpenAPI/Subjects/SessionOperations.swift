extension Subject {
    static let session = Subject(
        "Session", "Logging in and out of the application, and the first administrator",
        types: """
            Error  Why something was refused
              error   string    a sentence a person can act on
              needs?  [string]  what would help: `code`, `recovery`, `passkey`, `proof`
            NoSession  Nobody is logged in
              error   string    a sentence a person can act on
              setup?  boolean   there is no administrator yet
              needs?  [string]  the password is right, and one of these is needed too: `code`, `recovery`, `passkey`
            Session  Who is logged in
              user               User
              token?             string   for writes, as X-CSRF-Token, where the client sends neither Origin nor Sec-Fetch-Site
              lacksSecondFactor  boolean  nothing goes until a second factor is set up
            User
              name  string
              role  administrator|user
            Login
              name      string  of the user
              password  string
              code?     string  one-time code or recovery code
              ...
            Setup
              token     string  of the set-up link that the server printed at its start
              name      string  of the first administrator
              password  string  at least as long as the rule says that a refusal tells
              ...
            PasskeyRequest  What the browser is asked for; bytes are in base64url
              challenge         string
              rpId              string
              userVerification  required|
              timeout           integer  ms
            PasskeyAssertion  What the browser's device says; bytes are in base64url
              id                 string
              clientDataJSON     string
              authenticatorData  string
              signature          string
              ...
            """,
        operations: """
            GET /api/session  readSession  anyone
                Who is logged in.
                > 200  Session  the caller
                > 401  NoSession  nobody is logged in
            POST /api/session  beginSession  anyone
                Logs in: the answer sets the session cookie.
                < Login  name and password, and a code where there are codes
                > 200  Session  logged in
                > 401  name, password or code is wrong, or a code is needed: `needs` says which
                > 403  the request came from another site
                > 413  the request is too large
                > 429  too many wrong passwords: wait as Retry-After says
            DELETE /api/session  endSession  anyone
                Logs out: the session ends on the server.
                > 204  -  there is no session any more
                > 403  the request came from another site
            POST /api/session/passkey/options  requestPasskey  anyone
                What a login by passkey begins with: a challenge that is good once, for five minutes.
                > 200  PasskeyRequest  for the browser
                > 403  the request came from another site
                > 409  browsers have no passkeys for a page at this address
            POST /api/session/passkey  beginSessionByPasskey  anyone
                Logs in by a passkey (WebAuthn): the answer sets the session cookie.
                < PasskeyAssertion  what the browser's device says
                > 200  Session  logged in
                > 401  the passkey is not known, or what it says is wrong
                > 403  the request came from another site
                > 409  browsers have no passkeys for a page at this address
                > 413  the request is too large
                > 429  too many wrong tries: wait as Retry-After says
            POST /api/setup  setUp  anyone
                Makes the first administrator, and logs it in.
                < Setup  the set-up link's token, and whom to make
                > 201  Session  made and logged in
                > 401  name or password is wrong
                > 403  the token is wrong, used or older than an hour, or the request came from another site
                > 409  there is an administrator, or a user of this name
                > 413  the request is too large
                > 429  too many wrong passwords: wait as Retry-After says
            """)
}
