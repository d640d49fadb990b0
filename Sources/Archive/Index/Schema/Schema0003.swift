/// What is different from an object as it came: one correction an object. It cannot be made anew from the objects and is no part of the
/// index: a rebuilt index is filled with it. `changed` and `previous`: data sets in explicit VR little endian, their text in
/// `character_set` and in what `previous` names or else the same. `time`: microseconds since 1970.
let schema0003 = """
    CREATE TABLE correction (
        id             {identity},
        object         {bytes} NOT NULL UNIQUE,
        sop_uid        {text} NOT NULL,
        changed        {bytes} NOT NULL,
        removed        {text} NOT NULL,
        previous       {bytes} NOT NULL,
        character_set  {text} NOT NULL,
        rules          {text} NOT NULL,
        time           BIGINT NOT NULL,
        system         {text} NOT NULL,
        sender         {text} NOT NULL,
        source         {text} NOT NULL
    );
    CREATE INDEX correction_by_sop_uid ON correction (sop_uid);

    -- NULL where the instance is shown as it came: nearly always.
    ALTER TABLE instance ADD COLUMN correction BIGINT;
    """
