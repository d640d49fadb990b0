extension Subject {
    static let associations = Subject(
        "Associations", "The log of DICOM associations, in both directions",
        types: """
            Associations
              associations  [Association]
              next?         integer  `before` of the next page
            Association
              id                      integer
              ended                   date-time
              firstEnded?             date-time  of the first, where it stands for several
              times                   integer    the same attempt that never became an association is one entry
              lasted                  number     seconds
              direction               incoming|outgoing
              host                    string     of the other side
              port                    integer
              title                   string
              calling                 string
              called                  string
              implementationClassUID?  string
              implementationVersion?  string
              maximumLength?          integer
              tls?                    string
              contextsProposed        integer
              contextsAccepted        integer
              contexts?               [AssociationContext]  of one association, not in lists
              messages                [AssociationMessages]
              messagesReceived        integer
              bytesReceived           integer
              bytesSent               integer
              end                     released|rejected|abortedByPeer|connectionLost|protocolError|foreignProtocol|tls|noAssociation|idle|stalled|noResponse|abortedByUs|shutDown
              endWords                string
              detail?                 string
              comments?               [string]   said beside statuses
              failed                  boolean
              summary                 string     for people
              remedy?                 string
            AssociationContext
              sopClass   string
              name       string
              proposed   [TransferSyntax]
              result     accepted|userRejection|noReason|abstractSyntaxNotSupported|transferSyntaxesNotSupported|unanswered
              accepted?  TransferSyntax
            TransferSyntax
              uid   string
              name  string
            AssociationMessages
              command  string
              status   string   four hexadecimal digits
              meaning  string
              count    integer
            """,
        operations: """
            GET /api/associations  listAssociations  administrator
                Associations, the newest first.
                ? peer    string   `CT1`  name of a peer, an AE title or an address
                ? failed  boolean  only those that failed
                ? limit   integer(1...)=50  500 at most
                ? before  integer(1...)  `next` of the page before
                > 200  Associations  the page
            GET /api/associations/{id}  readAssociation  administrator
                One association with its presentation contexts.
                > 200  Association  the association
                > 404  there is no such association in the log
            """)
}
