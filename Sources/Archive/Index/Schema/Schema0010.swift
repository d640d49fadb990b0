/// Deletion in two steps: what was deleted is in no query, and can be brought back until its bytes are taken away. Like corrections
/// this is no part of the index: an index made anew leaves out what is written here. `time`, `due`: microseconds since 1970; `due`: when
/// the bytes go. `study_uid` to `sop_uid`: what was named, empty below its level. `ended`: NULL while it can be restored.
let schema0010 = """
    CREATE TABLE deletion (
        id              {identity},
        study_uid       {text} NOT NULL,
        series_uid      {text} NOT NULL,
        sop_uid         {text} NOT NULL,
        description     {text} NOT NULL,
        reason          {text} NOT NULL,
        comment         {text} NOT NULL,
        user_name       {text} NOT NULL,
        time            BIGINT NOT NULL,
        due             BIGINT NOT NULL,
        instance_count  BIGINT NOT NULL,
        bytes           BIGINT NOT NULL,
        state           {text} NOT NULL,
        ended           BIGINT
    );
    CREATE INDEX deletion_by_due ON deletion (state, due);

    CREATE TABLE deleted_instance (
        object      {bytes} PRIMARY KEY,
        deletion    BIGINT NOT NULL REFERENCES deletion (id),
        study_uid   {text} NOT NULL,
        series_uid  {text} NOT NULL,
        sop_uid     {text} NOT NULL,
        size        BIGINT NOT NULL,
        received    BIGINT NOT NULL,
        source      {text} NOT NULL
    );
    CREATE INDEX deleted_instance_by_deletion ON deleted_instance (deletion, object);
    """
