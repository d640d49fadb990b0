/// What C-FIND matches beside the first columns: other IDs of patients, codes of procedures, words and sounds of names, where and
/// when a series was made. Filled for what is there by `SearchIndex.fill0002`.
let schema0002 = """
    -- Other Patient IDs and those of its sequence. `role`: 1 owner is a study, 3 a patient (as in person_name).
    CREATE TABLE other_patient_id (
        role        INTEGER NOT NULL,
        patient_id  {text} NOT NULL,
        issuer      {text} NOT NULL,
        owner       INTEGER NOT NULL,
        PRIMARY KEY (role, patient_id, issuer, owner)
    ) {clustered};
    CREATE INDEX other_patient_id_by_owner ON other_patient_id (owner, role);

    -- Items of the Procedure Code Sequence.
    CREATE TABLE study_code (
        value    {text} NOT NULL,
        scheme   {text} NOT NULL,
        meaning  {text} NOT NULL,
        study    INTEGER NOT NULL,
        PRIMARY KEY (value, scheme, meaning, study)
    ) {clustered};
    CREATE INDEX study_code_by_meaning ON study_code (meaning, study);
    CREATE INDEX study_code_by_study   ON study_code (study);

    -- Words of names, folded, and their sounds behind a '~' (Soundex), for fuzzy matching. `role` and `owner` as in person_name.
    CREATE TABLE person_word (
        role   INTEGER NOT NULL,
        word   {text} NOT NULL,
        owner  INTEGER NOT NULL,
        PRIMARY KEY (role, word, owner)
    ) {clustered};
    CREATE INDEX person_word_by_owner ON person_word (owner, role);

    ALTER TABLE series ADD COLUMN date_key            {text};
    ALTER TABLE series ADD COLUMN time_key            {text};
    ALTER TABLE series ADD COLUMN institution         {text};
    ALTER TABLE series ADD COLUMN station             {text};
    ALTER TABLE series ADD COLUMN frame_of_reference  {text};
    CREATE INDEX series_by_date        ON series (date_key, time_key);
    CREATE INDEX series_by_institution ON series (institution);
    CREATE INDEX series_by_station     ON series (station);
    CREATE INDEX series_by_frame_of_reference ON series (frame_of_reference);

    -- With the accession number of the item.
    DROP TABLE series_request;
    CREATE TABLE series_request (
        series        INTEGER NOT NULL REFERENCES series (id),
        procedure_id  {text} NOT NULL,
        step_id       {text} NOT NULL,
        accession     {text} NOT NULL,
        PRIMARY KEY (series, procedure_id, step_id, accession)
    ) {clustered};
    CREATE INDEX series_request_by_procedure ON series_request (procedure_id, series);
    CREATE INDEX series_request_by_step      ON series_request (step_id, series);
    CREATE INDEX series_request_by_accession ON series_request (accession, series);
    """
