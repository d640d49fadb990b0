extension Subject {
    static let commitments = Subject(
        "Commitments", "Storage commitment (PS3.4 Annex J): asked of us, and asked by us",
        types: """
            Commitments
              commitments  [Commitment]
            Commitment
              id              integer
              role            provider|user  asked of us, or by us
              transactionUID  string
              peer            string
              aeTitle         string
              ourAETitle      string
              state           checking|reporting|reported|asking|pending|answered|failed
              message?        string
              total           integer    of objects
              committed       integer
              failed          integer
              created         date-time
              since           date-time  when it came to its state
              job             integer
              instances?      [CommitmentInstance]  of one commitment, not in lists
            CommitmentInstance
              sopClassUID     string
              sopInstanceUID  string
              result          pending|committed|failed
              reason?         string  Failure Reason (0008,1197) as four hexadecimal digits
              words?          string
            """,
        operations: """
            GET /api/commitments  listCommitments  administrator
                Storage commitments, the newest first.
                ? role    provider|user  only those
                ? before  integer  id of the last one of the page before
                ? limit   integer(1...500)=100
                > 200  Commitments  the page
            GET /api/commitments/{transaction}  readCommitment  administrator
                The commitments of a transaction UID, with their instances.
                > 200  Commitments  one, or several where peers use one transaction UID
                > 404  there is no such transaction
            """)
}
