/// Searches that stay as quick as they are in a small archive: values that many studies share lead to their studies in the order of the
/// answers, newest first, so that a page is read and no more. Filled by `SearchIndex.fill0006`.
let schema0006 = """
    -- Each value once. `kind`: SearchValue.Kind.
    CREATE TABLE search_value (
        id     {identity},
        kind   INTEGER NOT NULL,
        value  {text} NOT NULL,
        UNIQUE (kind, value)
    );

    -- The studies that have a value, or have had. `date_sort` as the study's.
    CREATE TABLE study_value (
        value      BIGINT NOT NULL,
        date_sort  {text} NOT NULL,
        study      INTEGER NOT NULL,
        PRIMARY KEY (value, date_sort, study)
    ) {clustered};
    CREATE INDEX study_value_by_study ON study_value (study);

    -- Words of the reports of a study, folded.
    CREATE TABLE report_word (
        word      {text} NOT NULL,
        study     INTEGER NOT NULL,
        instance  BIGINT NOT NULL,
        PRIMARY KEY (word, study, instance)
    ) {clustered};
    CREATE INDEX report_word_by_study    ON report_word (study, word);
    CREATE INDEX report_word_by_instance ON report_word (instance);
    DROP INDEX study_word_by_study;
    CREATE INDEX study_word_by_study  ON study_word (study, word);

    -- By value, then newest first.
    DROP INDEX study_by_patient_id;
    DROP INDEX study_by_accession;
    DROP INDEX study_by_study_id;
    DROP INDEX study_by_birth;
    DROP INDEX study_by_description;
    CREATE INDEX study_by_patient_id   ON study (patient_id, date_sort, id);
    CREATE INDEX study_by_accession    ON study (accession, date_sort, id);
    CREATE INDEX study_by_study_id     ON study (study_id, date_sort, id);
    CREATE INDEX study_by_birth        ON study (birth_key, date_sort, id);
    CREATE INDEX study_by_birth_order  ON study (coalesce(birth_key, ''), id);
    CREATE INDEX study_by_description  ON study (description, date_sort, id);
    CREATE INDEX study_by_time         ON study (time_key, id);
    CREATE INDEX study_by_birth_time   ON study (birth_time_key) WHERE birth_time_key IS NOT NULL;
    CREATE INDEX patient_by_birth_time ON patient (birth_time_key) WHERE birth_time_key IS NOT NULL;
    CREATE INDEX patient_by_birth_order ON patient (coalesce(birth_key, ''), id);

    -- What study_value serves better, and an entry an instance less to write.
    DROP INDEX instance_by_sop_class;
    """
