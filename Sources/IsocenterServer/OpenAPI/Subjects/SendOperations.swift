extension Subject {
    static let send = Subject(
        "Send", "Sending what the archive holds to a peer",
        types: """
            SendRequest  What to send, and to whom; series and instances narrow the study
              peer        string  its name
              study?      string?
              series?     [string]?
              instances?  [string]?
              ...
            QueuedJob
              job  integer  its number among the jobs
            """,
        operations: """
            POST /api/send  send  user
                Queues a job that sends what the caller may read.
                < SendRequest  what to send
                > 202  QueuedJob  queued
                > 404  there is no such peer
                > 413  the request is too large
            """)
}
