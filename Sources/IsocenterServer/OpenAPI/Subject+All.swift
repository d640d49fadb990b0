/// Every subject, in the order in which documents tell of them.
extension Subject {
    static let all: [Subject] = [
        session, account, users, preferences, health, description, studyLists, send, corrections, deletions, drafts, evidence, dictionary, changes, folders, jobs, commitments, peers, callers, titles, associations, audit,
        search, retrieve, rendered, uriService, store, uploads, nonPatient,
    ]
}
