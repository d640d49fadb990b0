/// Attributes that somebody wants to search beside those that have columns, and objects whose bytes lie in files of others.
let schema0009 = """
    -- A wish, not part of the index: it stays when that is made anew. `path`: as AttributePath reads it. `level`: 1 study, 2 series,
    -- 3 instance. `filled`: instances up to this key have been read; NULL when all have. Those that came later were indexed as they came.
    CREATE TABLE extra_attribute (
        id      {identity},
        path    {text} NOT NULL UNIQUE,
        level   INTEGER NOT NULL,
        vr      {text} NOT NULL,
        filled  BIGINT
    );

    -- Their values. `owner`: key of a study, series or instance, by the level. `folded`: what is compared; of a name each group.
    CREATE TABLE extra_value (
        attribute  BIGINT NOT NULL,
        folded     {text} NOT NULL,
        owner      BIGINT NOT NULL,
        value      {text} NOT NULL,
        PRIMARY KEY (attribute, folded, owner)
    ) {clustered};
    CREATE INDEX extra_value_by_owner ON extra_value (owner, attribute);

    -- Objects in files that stay where they are and are never written. Like corrections it cannot be made anew. The object is `head`
    -- and the file's bytes from `start` on. `file_size`, `modified` (microseconds since 1970): of the file when it was read.
    CREATE TABLE external_object (
        object     {bytes} PRIMARY KEY,
        path       {text} NOT NULL,
        head       {bytes} NOT NULL,
        start      BIGINT NOT NULL,
        file_size  BIGINT NOT NULL,
        modified   BIGINT NOT NULL
    );
    CREATE INDEX external_object_by_path ON external_object (path);
    """
