/// What readers are marking in a study and have put into no report yet: one document an account and study. No part of the index: an index
/// made anew leaves it alone, a study that is deleted and restored has it again, one that is purged takes it along. `document`: JSON;
/// `version`: counts the saves; `marks`: how many it holds; `updated`: microseconds since 1970.
let schema0012 = """
    CREATE TABLE draft (
        study_uid  {text} NOT NULL,
        account    {text} NOT NULL,
        version    BIGINT NOT NULL,
        document   {bytes} NOT NULL,
        marks      BIGINT NOT NULL,
        updated    BIGINT NOT NULL,
        PRIMARY KEY (study_uid, account)
    ) {clustered};
    """
