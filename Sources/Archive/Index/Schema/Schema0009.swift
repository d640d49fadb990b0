/// Attributes that somebody wants to search beside those that have columns.
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

    -- Their values, each as often as instances say it: what an instance said goes with it. `owner`: key of the study, series or instance
    -- that has the value, by the level. `folded`: what is compared; of a name each group.
    CREATE TABLE extra_value (
        attribute  BIGINT NOT NULL,
        folded     {text} NOT NULL,
        owner      BIGINT NOT NULL,
        instance   BIGINT NOT NULL,
        value      {text} NOT NULL,
        PRIMARY KEY (attribute, folded, owner, instance)
    ) {clustered};
    CREATE INDEX extra_value_by_owner ON extra_value (owner, attribute);
    CREATE INDEX extra_value_by_instance ON extra_value (instance);
    """
