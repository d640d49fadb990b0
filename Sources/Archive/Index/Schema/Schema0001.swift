/// Columns are what is searched and sorted by. What is only answered lies in `attributes`: a data set of the level's attributes
/// in explicit VR little endian, text in UTF-8. Names without an `_uid` that name a table are its key there.
///
/// Text is compared byte by byte. `folded`: case, accents and widths taken off. `…_key`: a date (YYYYMMDD) or time (HHMMSSFFFFFF) in
/// a form that sorts; NULL where there is none. `received`: microseconds since 1970.
let schema0001 = """
    -- A person as an issuer knows one. Without an issuer an ID alone is no identity: `discriminator` keeps apart what only shares it.
    CREATE TABLE patient (
        id              {identity},
        issuer          {text} NOT NULL,
        patient_id      {text} NOT NULL,
        discriminator   {text} NOT NULL,
        name_folded     {text} NOT NULL,
        birth_key       {text},
        birth_time_key  {text},
        sex             {text},
        study_count     INTEGER NOT NULL DEFAULT 0,
        series_count    INTEGER NOT NULL DEFAULT 0,
        instance_count  INTEGER NOT NULL DEFAULT 0,
        attributes      {bytes} NOT NULL,
        UNIQUE (patient_id, issuer, discriminator)
    );
    CREATE INDEX patient_by_name  ON patient (name_folded, id);
    CREATE INDEX patient_by_birth ON patient (birth_key, id);

    -- A study, with its patient's attributes as its own objects give them: never those of another study that shares the ID.
    CREATE TABLE study (
        id                  {identity},
        patient             INTEGER NOT NULL REFERENCES patient (id),
        study_uid           {text} NOT NULL UNIQUE,
        patient_id          {text} NOT NULL,
        issuer              {text} NOT NULL,
        name_folded         {text} NOT NULL,
        birth_key           {text},
        birth_time_key      {text},
        sex                 {text},
        date_key            {text},
        time_key            {text},
        date_sort           {text} NOT NULL,
        accession           {text} NOT NULL,
        accession_folded    {text} NOT NULL,
        study_id            {text},
        description         {text},
        description_folded  {text} NOT NULL,
        modalities          {text} NOT NULL,
        sop_classes         {text} NOT NULL,
        series_count        INTEGER NOT NULL DEFAULT 0,
        instance_count      INTEGER NOT NULL DEFAULT 0,
        bytes               BIGINT NOT NULL DEFAULT 0,
        received            BIGINT NOT NULL,
        attributes          {bytes} NOT NULL
    );
    CREATE INDEX study_by_patient      ON study (patient);
    CREATE INDEX study_by_patient_id   ON study (patient_id, id);
    CREATE INDEX study_by_name         ON study (name_folded, id);
    CREATE INDEX study_by_birth        ON study (birth_key, id);
    CREATE INDEX study_by_date         ON study (date_sort, id);
    CREATE INDEX study_by_date_key     ON study (date_key, time_key);
    CREATE INDEX study_by_accession    ON study (accession, id);
    CREATE INDEX study_by_accession_folded ON study (accession_folded, id);
    CREATE INDEX study_by_study_id     ON study (study_id);
    CREATE INDEX study_by_description  ON study (description);
    CREATE INDEX study_by_description_folded ON study (description_folded, id);
    CREATE INDEX study_by_modalities   ON study (modalities, id);
    CREATE INDEX study_by_received     ON study (received, id);

    CREATE TABLE series (
        id              {identity},
        study           INTEGER NOT NULL REFERENCES study (id),
        series_uid      {text} NOT NULL,
        number          INTEGER,
        modality        {text} NOT NULL,
        description     {text},
        body_part       {text},
        laterality      {text},
        step_date_key   {text},
        step_time_key   {text},
        step_id         {text},
        instance_count  INTEGER NOT NULL DEFAULT 0,
        received        BIGINT NOT NULL,
        attributes      {bytes} NOT NULL,
        UNIQUE (study, series_uid)
    );
    CREATE INDEX series_by_uid         ON series (series_uid);
    CREATE INDEX series_by_number      ON series (study, number, id);
    CREATE INDEX series_by_modality    ON series (modality, study);
    CREATE INDEX series_by_description ON series (description);
    CREATE INDEX series_by_body_part   ON series (body_part);
    CREATE INDEX series_by_step_date   ON series (step_date_key, step_time_key);
    CREATE INDEX series_by_step_id     ON series (step_id);

    -- Items of the Request Attributes Sequence.
    CREATE TABLE series_request (
        series        INTEGER NOT NULL REFERENCES series (id),
        procedure_id  {text} NOT NULL,
        step_id       {text} NOT NULL,
        PRIMARY KEY (series, procedure_id, step_id)
    ) {clustered};
    CREATE INDEX series_request_by_procedure ON series_request (procedure_id, series);
    CREATE INDEX series_request_by_step      ON series_request (step_id, series);

    -- `object`: hash of the file. `data_set`: its first byte of the data set. `header`: of the pixel data's element, or the end.
    -- `pixel_data`: where the value and each frame lie (PixelDataIndex).
    CREATE TABLE instance (
        id               {identity},
        study            INTEGER NOT NULL REFERENCES study (id),
        series           INTEGER NOT NULL REFERENCES series (id),
        sop_uid          {text} NOT NULL UNIQUE,
        sop_class        {text} NOT NULL,
        number           INTEGER,
        content_date_key {text},
        content_time_key {text},
        row_count        INTEGER,
        column_count     INTEGER,
        bits_allocated   INTEGER,
        frame_count      INTEGER,
        transfer_syntax  {text} NOT NULL,
        object           {bytes} NOT NULL,
        size             BIGINT NOT NULL,
        data_set         INTEGER NOT NULL,
        header           BIGINT NOT NULL,
        pixel_data       {bytes} NOT NULL,
        received         BIGINT NOT NULL,
        source           {text} NOT NULL,
        attributes       {bytes} NOT NULL
    );
    CREATE INDEX instance_by_series    ON instance (series, number, id);
    CREATE INDEX instance_by_study     ON instance (study);
    CREATE INDEX instance_by_object    ON instance (object);
    CREATE INDEX instance_by_sop_class ON instance (sop_class, study);
    CREATE INDEX instance_by_content   ON instance (content_date_key, content_time_key);

    -- Other objects that claim the SOP Instance UID of an instance: 'superseded' by a newer one, or in 'quarantine'.
    CREATE TABLE instance_version (
        object    {bytes} PRIMARY KEY,
        sop_uid   {text} NOT NULL,
        state     {text} NOT NULL,
        size      BIGINT NOT NULL,
        received  BIGINT NOT NULL,
        source    {text} NOT NULL
    );
    CREATE INDEX instance_version_by_sop_uid ON instance_version (sop_uid);

    -- Names by their folded component groups. `role`: 1 patient of a study, 2 referring physician of a study, 3 patient.
    CREATE TABLE person_name (
        role    INTEGER NOT NULL,
        folded  {text} NOT NULL,
        owner   INTEGER NOT NULL,
        PRIMARY KEY (role, folded, owner)
    ) {clustered};
    CREATE INDEX person_name_by_owner ON person_name (owner, role);

    -- Words by which people search studies, folded.
    CREATE TABLE study_word (
        word   {text} NOT NULL,
        study  INTEGER NOT NULL,
        PRIMARY KEY (word, study)
    ) {clustered};
    CREATE INDEX study_word_by_study ON study_word (study);

    -- What happened, in the order of its commits: written in the transaction that makes it so.
    CREATE TABLE change (
        sequence    {identity},
        kind        {text} NOT NULL,
        study_uid   {text} NOT NULL,
        series_uid  {text} NOT NULL,
        sop_uid     {text} NOT NULL,
        time        BIGINT NOT NULL
    );

    -- One row.
    CREATE TABLE total (
        id         INTEGER PRIMARY KEY,
        studies    BIGINT NOT NULL,
        series     BIGINT NOT NULL,
        instances  BIGINT NOT NULL,
        bytes      BIGINT NOT NULL
    );
    INSERT INTO total (id, studies, series, instances, bytes) VALUES (1, 0, 0, 0, 0);
    """
