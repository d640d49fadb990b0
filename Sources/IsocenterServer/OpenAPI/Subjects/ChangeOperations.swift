extension Subject {
    static let changes = Subject(
        "Changes", "All that happened, in order, for those who follow",
        types: """
            Changes
              changes  [Change]
              next     integer  `since` of what follows
              newest   integer  where the feed ends
              more     boolean  `next` is behind `newest`
            Change
              sequence   integer  ascending, with gaps where it is filtered
              kind       stored|replaced|corrected|quarantined|deleted|stable|rebuilt
              study?     string
              series?    string
              instance?  string
              time       date-time
            ChangesGone
              error   string
              pruned  boolean
              since   integer  to go on from, after having looked at everything
              newest  integer
            """,
        operations: """
            GET /api/changes  listChanges  user
                Changes after a place in the feed: instances stored, replaced, corrected, deleted or kept aside, studies of which nothing more came.
                As text/event-stream all of them as they happen.
                ? since         integer  `0`  after this one; absent: all there are
                ? kind          [stored|replaced|corrected|quarantined|deleted|stable|rebuilt]  only those
                ? study         string  `1.2.3`  only of this Study Instance UID
                ? limit         integer=100  from 1 to 1000
                ? wait          integer=0  seconds, 60 at most, to wait for a change where there is none
                : Last-Event-ID  integer  in place of `since`
                > 200  Changes, text/event-stream  the changes; as events with `id`, `event: change`, `event: pruned` and `event: ping`
                > 410  ChangesGone  changes after `since` have been cut off, or it is beyond the end
            """)
}
