/// Metadata documents of series, made when first asked for and kept as they are sent. They go with the index.
let schema0004 = """
    -- What happened to instances that were there already: raised with each. With the series' `received` and `instance_count` it says which
    -- state it is in.
    CREATE TABLE series_revision (
        series    BIGINT PRIMARY KEY REFERENCES series (id),
        revision  BIGINT NOT NULL
    );

    -- The document of a series for one service root. `received`, `instances`, `revision`: the state of the series it shows, -1 while it is made.
    -- `segments`: fingerprints of its segments, in order; `previous`: of those before them, which may still be being sent. `missing`: SOP
    -- Instance UIDs that could not be read. `built`: microseconds since 1970.
    CREATE TABLE metadata_document (
        series    BIGINT NOT NULL REFERENCES series (id),
        root      {text} NOT NULL,
        received  BIGINT NOT NULL,
        instances BIGINT NOT NULL,
        revision  BIGINT NOT NULL,
        segments  {bytes} NOT NULL,
        previous  {bytes} NOT NULL,
        missing   {text} NOT NULL,
        built     BIGINT NOT NULL,
        PRIMARY KEY (series, root)
    );

    -- Some hundred instances of a document: what they look like depends on the fingerprint and the root alone.
    CREATE TABLE metadata_segment (
        series       BIGINT NOT NULL REFERENCES series (id),
        root         {text} NOT NULL,
        fingerprint  {bytes} NOT NULL,
        deflated     {bytes} NOT NULL,
        checksum     BIGINT NOT NULL,
        length       BIGINT NOT NULL,
        PRIMARY KEY (series, root, fingerprint)
    );

    -- One row: another number after an index was made anew, for keys and states may then mean something else.
    CREATE TABLE metadata_epoch (
        id     INTEGER PRIMARY KEY,
        epoch  BIGINT NOT NULL
    );
    INSERT INTO metadata_epoch (id, epoch) VALUES (1, 0);
    """
