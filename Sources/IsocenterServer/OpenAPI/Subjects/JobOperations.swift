extension Subject {
    static let jobs = Subject(
        "Jobs", "Work that outlives the request for it",
        types: """
            Jobs
              jobs  [Job]
            Job
              id          integer
              kind        string
              subject     string     what it is about, for people
              group       string     what shares a limit with it, as the peer that it calls
              state       waiting|running|done|failed|cancelled
              cancelling  boolean    it runs, and has been told to end
              attempts    integer
              due         date-time  of the next attempt
              done        integer
              total       integer    0: not known
              message?    string     why it waits or failed, or what came of it
              created     date-time
              finished?   date-time
            """,
        operations: """
            GET /api/jobs  listJobs  administrator
                Jobs, the newest first.
                ? state   [waiting|running|done|failed|cancelled]  only those
                ? kind    [string]  `send`  only those
                ? before  integer  id of the last one of the page before
                ? limit   integer(1...500)=100
                > 200  Jobs  the page
            GET /api/jobs/{id}  readJob  administrator
                One job.
                > 200  Job  as it is now
                > 404  there is no such job
            POST /api/jobs/{id}/cancel  cancelJob  administrator
                Ends a job; one that runs is `cancelling` until it lets go.
                > 200  Job  as it is then
                > 404  there is no such job
                > 409  it has ended already
            POST /api/jobs/{id}/retry  retryJob  administrator
                Tries a job again, now.
                > 200  Job  as it is then
                > 404  there is no such job
                > 409  it runs or is done
            DELETE /api/jobs/{id}  removeJob  administrator
                Forgets a job that has ended.
                > 204  -  forgotten
                > 404  there is no such job
                > 409  it has not ended: cancel it first
            """)
}
