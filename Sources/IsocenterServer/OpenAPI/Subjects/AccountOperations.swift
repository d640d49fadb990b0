extension Subject {
    static let account = Subject(
        "Account", "The caller's own account: password, second factors, sessions, tokens. By a session or name and password, not by a token",
        types: """
            Account
              name               string
              role               administrator|user
              created            date-time
              codes              boolean    one-time codes are asked for at a login
              recoveryCodes      integer    that are left
              passkeys           [Passkey]
              secondFactorAsked  boolean    a second factor is asked of this role
              passwordLength     integer    characters that a new password needs
            Passkey
              id         string
              label      string
              created    date-time
              lastUsed?  date-time
            AccountProof
              password  string
              code?     string  one-time code or recovery code, where there are codes
              ...
            NewPassword
              password     string  the one so far
              newPassword  string
              ...
            LoginSessions
              sessions  [LoginSession]
            LoginSession
              id        string
              user      string
              created   date-time
              lastUsed  date-time
              address   string     from which it was used last
              device    string     what the browser calls itself
              proof     password|code|recovery|passkey
              current   boolean    the one that asks
            EndedSessions
              ended  integer
            Tokens
              tokens  [Token]
            Token
              id            string
              user          string     whose rights it has
              label         string
              created       date-time
              expires?      date-time
              actions?      [string]   what it may do; absent: all that the user may
              view          [string]   matching keys of the studies that it sees; empty: all
              sources       [string]   addresses that it may come from; empty: anywhere
              lastUsed?     date-time
              lastAddress?  string
            NewToken
              user?     string
              label?    string(...100)
              days?     integer(1...3650)  for ever where absent
              actions?  [store|query|retrieve|commit|read|delete|administer]
              view?     [string]  such as `Modality=CT`
              sources?  [string]  addresses and networks
              ...
            MadeToken
              token  string  told once
            BegunCodes
              secret  string  in base 32, to be typed
              uri     string  otpauth: to be shown as a picture
            OneTimeCode
              code  string
              ...
            RecoveryCodes
              recoveryCodes  [string]  each goes once; told once
            PasskeyParty
              id    string
              name  string
            PasskeyUser
              id           string
              name         string
              displayName  string
            PasskeyParameter
              type  string
              alg   integer
            PasskeyDescriptor
              type  string
              id    string
            PasskeySelection
              residentKey         string
              requireResidentKey  boolean
              userVerification    string
            PasskeyCreation  What the browser is asked for (WebAuthn); bytes are in base64url
              challenge               string
              rp                      PasskeyParty
              user                    PasskeyUser
              pubKeyCredParams        [PasskeyParameter]
              excludeCredentials      [PasskeyDescriptor]
              authenticatorSelection  PasskeySelection
              attestation             string
              timeout                 integer
            PasskeyRegistration  What the browser's device says; bytes are in base64url
              label              string(1...60)
              clientDataJSON     string
              attestationObject  string
              ...
            """,
        operations: """
            GET /api/account  readAccount  user
                The caller's account.
                > 200  Account  as it is now
                > 404  it was removed just now
            POST /api/account/proof  proveAccount  user
                Says the password again: what would lock the owner out needs a proof that is not older than ten minutes.
                < AccountProof  the password
                > 204  -  proven
                > 401  the password or the code is wrong
                > 409  the caller has no session
                > 413  the request is too large
            PUT /api/account/password  changePassword  user
                Changes the password. All other sessions of the account end.
                < NewPassword  the old and the new one
                > 204  -  changed
                > 404  there is no such account any more
                > 409  the list of passwords that are not allowed cannot be read
                > 413  the request is too large
            GET /api/account/sessions  listOwnSessions  user
                Where the caller is logged in.
                > 200  LoginSessions  the one used last first
            DELETE /api/account/sessions  endOtherSessions  user
                Logs out everywhere else.
                > 200  EndedSessions  how many
            DELETE /api/account/sessions/{session}  endOwnSession  user
                Ends one of the caller's sessions.
                > 204  -  ended
                > 404  the caller has no such session
            GET /api/account/tokens  listOwnTokens  user
                The caller's tokens.
                > 200  Tokens  the oldest first
            POST /api/account/tokens  makeOwnToken  user
                Makes a token for the caller.
                < NewToken  what it may
                > 201  MadeToken  told once
                > 404  there is no such account any more
                > 413  the request is too large
            DELETE /api/account/tokens/{token}  removeOwnToken  user
                Takes one of the caller's tokens back.
                > 204  -  it is refused from now on
                > 404  the caller has no such token
            POST /api/account/codes  beginCodes  user
                Begins to set up one-time codes (RFC 6238). Nothing is asked for until a first code was right.
                > 201  BegunCodes  told once
                > 409  they are set up already
            PUT /api/account/codes  confirmCodes  user
                Ends it: from now on a code is asked for. All other sessions of the account end.
                < OneTimeCode  that the application shows now
                > 200  RecoveryCodes  told once
                > 409  the code is wrong
                > 413  the request is too large
            DELETE /api/account/codes  removeCodes  user
                One-time codes are not asked for any more.
                > 204  -  removed
                > 409  a second factor is asked of the caller, and this is the last
            POST /api/account/recovery-codes  makeRecoveryCodes  user
                New recovery codes; those before are no more.
                > 200  RecoveryCodes  told once
                > 409  there is no second factor
            POST /api/account/passkeys/options  beginPasskey  user
                What a registration begins with.
                > 200  PasskeyCreation  for the browser
                > 409  browsers have no passkeys for a page at this address
            POST /api/account/passkeys  registerPasskey  user
                Registers a passkey.
                < PasskeyRegistration  what the browser's device says
                > 201  RecoveryCodes  told once; none where there are some already
                > 409  it is registered already, or there are too many
                > 413  the request is too large
            DELETE /api/account/passkeys/{passkey}  removePasskey  user
                Removes a passkey.
                > 204  -  removed
                > 404  the caller has no such passkey
                > 409  a second factor is asked of the caller, and this is the last
            """)
}
