extension Subject {
    static let users = Subject(
        "Users", "Users and service accounts, everybody's sessions and tokens. Not by a token that is limited to some actions",
        types: """
            Users
              users           [UserAccount]
              roles           [string]  that there are
              secondFactor    nobody|administrators|everyone
              passwordLength  integer
            UserAccount
              name        string
              role        administrator|user
              kind        person|service
              blocked     boolean
              created     date-time
              lastLogin?  date-time
              codes       boolean    one-time codes are asked for
              passkeys    integer
              sessions    integer
              tokens      integer
            NewUser
              name       string
              role?      administrator|user
              kind?      person|service  a service account has no password, only tokens
              password?  string  of a person
              ...
            ChangedUser
              role?      administrator|user
              blocked?   boolean  shut out at once: sessions end, tokens are refused
              password?  string   a new one; the user's sessions end
              ...
            """,
        operations: """
            GET /api/users  listUsers  administrator
                All users.
                > 200  Users  by name
            POST /api/users  addUser  administrator
                Adds a user or a service account.
                < NewUser  whom
                > 201  UserAccount  added
                > 409  the name is taken
                > 413  the request is too large
            GET /api/users/{user}  readUser  administrator
                One user.
                > 200  UserAccount  as it is now
                > 404  there is no such user
            PATCH /api/users/{user}  changeUser  administrator
                Changes what is said; the rest stays.
                < ChangedUser  what
                > 200  UserAccount  as it is then
                > 404  there is no such user
                > 409  it is the last administrator
                > 413  the request is too large
            DELETE /api/users/{user}  removeUser  administrator
                Removes a user with all tokens and sessions.
                > 204  -  removed
                > 404  there is no such user
                > 409  it is the last administrator
            DELETE /api/users/{user}/second-factors  resetSecondFactors  administrator
                Takes one-time codes, recovery codes and passkeys away, for somebody who has lost them. The user's sessions end.
                > 204  -  nothing but the password is asked for
                > 404  there is no such user
            GET /api/sessions  listSessions  administrator
                Who is logged in.
                > 200  LoginSessions  the one used last first
            DELETE /api/sessions/{session}  endAnySession  administrator
                Ends somebody's session.
                > 204  -  ended
                > 404  there is no such session
            GET /api/tokens  listTokens  administrator
                All tokens.
                > 200  Tokens  by user
            POST /api/tokens  makeToken  administrator
                Makes a token for a user or a service account.
                < NewToken  for whom, and what it may
                > 201  MadeToken  told once
                > 404  there is no such user
                > 413  the request is too large
            DELETE /api/tokens/{token}  removeToken  administrator
                Takes a token back.
                > 204  -  it is refused from now on
                > 404  there is no such token
            """)
}
