extension Subject {
    /// What a peer may have beside its name and title.
    private static let peerFields = """
          host?             string?   name or address to call; null: never called
          port?             integer?
          web?              {any}?    its DICOMweb: url, user, sendsCredentialsInClear; the files of password, token and authorities are set by the command
          addresses?        [string]?  from which it may call, networks too (10.1.0.0/16); empty: from anywhere
          services?         [store|query|retrieve|commit]?  what it may ask of us
          destinations?     [string]?  names of peers to which it may have objects sent; null: any
          calledAETitles?   [string]?  titles of ours that it may call; null: any
          onConflict?       string?   keepFirst, keepBoth, keepBothFromSameSource, quarantine; null: as the settings say
          acceptance?       [{any}]?   rules for what is refused of its objects
          coercionIn?       [{any}]?   rules for what is different in the index and in answers
          coercionOut?      [{any}]?   rules for what is different in objects that are sent to it
          usesTLS?          boolean?
          certificate?      string?   SHA-256 fingerprint in hexadecimal
          maxInbound?       integer?  associations from it at once
          maxAssociations?  integer?   to it at once
          bandwidth?        integer?  bytes a second sent to it
          window?           integer?   operations outstanding on one association
          transferSyntaxes?  [string]?  UIDs in which it wants objects, the best first
          isFallback?       boolean?   another archive, asked for studies that are not here
        """

    static let peers = Subject(
        "Peers", "Who may call over DICOM, and whom we call",
        types: """
            Peers
              peers     [Peer]
              settled   [Peer]    of the setting dimse.peers: not changed here
              loopback  boolean   callers on the server's machine are known too
              services  [string]
            Peer  A DICOM node that we know; what is absent is the default
              name           string   unique, chosen by whoever adds it
              aeTitle        string   by which it calls us and we call it
              associations?  integer  from it, open now
              lastCalled?    string?  since the server's start
            \(peerFields)
            NewPeer  A peer; with `from`, an unknown caller, what is known of that one is filled in where nothing else is said
              name           string   unique, chosen by whoever adds it
              aeTitle?       string   by which it calls us and we call it; needed without `from`
              from?          string   `id` of an unknown caller
              associations?  any      of an answer: ignored
              lastCalled?    any      of an answer: ignored
            \(peerFields)
            PeerChange  The whole peer: what is absent is the default again
              name?          string   as in the path
              aeTitle        string   by which it calls us and we call it
              associations?  any      of an answer: ignored
              lastCalled?    any      of an answer: ignored
            \(peerFields)
            Echo
              ok            boolean
              words         string   what came of it
              milliseconds  integer  from the call to the answer
            """,
        operations: """
            GET /api/peers  listPeers  administrator
                All peers.
                > 200  Peers  those of the archive and those of the settings
            POST /api/peers  addPeer  administrator
                Adds a peer.
                < NewPeer  the peer
                > 201  Peer  added
                > 404  there is no such unknown caller
                > 409  the name is taken
                > 413  the request is too large
            GET /api/peers/{name}  readPeer  administrator
                One peer.
                > 200  Peer  the peer
                > 404  there is no such peer
            PUT /api/peers/{name}  setPeer  administrator
                Sets the whole peer; makes one where there was none.
                < PeerChange  the peer
                > 200  Peer  as it is then
                > 409  it does not go with another peer
                > 413  the request is too large
            DELETE /api/peers/{name}  removePeer  administrator
                Removes a peer: from now on it is refused.
                > 204  -  removed
                > 404  there is no such peer
            POST /api/peers/{name}/echo  echoPeer  administrator
                Calls it with C-ECHO.
                > 200  Echo  what came of it
                > 404  there is no such peer
            """)

    static let callers = Subject(
        "Unknown callers", "Who was refused because nobody knows it",
        types: """
            Callers
              callers  [Caller]
            Caller
              id             string     title and address
              aeTitle        string
              address        string
              calledAETitle  string
              proposed       [string]   names of the SOP classes it asked for
              services       [store|query|retrieve|commit]  that these belong to
              first          date-time
              last           date-time
              count          integer
            """,
        operations: """
            GET /api/callers  listCallers  administrator
                Unknown callers, the last first.
                > 200  Callers  some hundreds at most
            DELETE /api/callers/{caller}  forgetCaller  administrator
                Forgets one until it calls again.
                > 204  -  forgotten
                > 404  there is no such unknown caller
            """)
}
