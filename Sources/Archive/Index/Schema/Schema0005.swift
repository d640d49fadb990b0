/// The change feed may be cut off at its old end, and tells when a study has become stable.
let schema0005 = """
    -- One row. `pruned`: sequence of the last change that was cut off. `stable_received`, `stable_study`: the studies up to here, in
    -- the order in which their last instance came, have been announced as stable.
    CREATE TABLE change_feed (
        id               INTEGER PRIMARY KEY,
        pruned           BIGINT NOT NULL,
        stable_received  BIGINT NOT NULL,
        stable_study     BIGINT NOT NULL
    );
    -- What came in the hour before the step is announced; what is older has been stable for long and is no news.
    INSERT INTO change_feed (id, pruned, stable_received, stable_study)
    SELECT 1, 0, coalesce(max(received), 0) - 3600000000, 0 FROM study;

    -- Nearly all changes are instances stored: the others are found without them, and storing pays nothing.
    CREATE INDEX change_by_kind ON change (kind, sequence) WHERE kind <> 'stored';
    """
