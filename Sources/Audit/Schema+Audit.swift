import Database

extension Schema {
    /// The audit trail. A released step is never changed.
    public static let audit = Schema(module: "audit", migrations: [Migration(1, schema0001)])
}

/// Times: microseconds since 1970.
private let schema0001 = """
    -- One record after the other, without gaps; `hash` binds each to the one before (AuditRecord).
    CREATE TABLE audit_record (
        sequence       BIGINT PRIMARY KEY,
        time           BIGINT NOT NULL,
        kind           {text} NOT NULL,
        outcome        BIGINT NOT NULL,
        words          {text} NOT NULL,
        user_name      {text} NOT NULL,
        ae_title       {text} NOT NULL,
        address        {text} NOT NULL,
        door           {text} NOT NULL,
        act            {text} NOT NULL,
        other          {text} NOT NULL,
        other_address  {text} NOT NULL,
        study_uid      {text} NOT NULL,
        patient_id     {text} NOT NULL,
        issuer         {text} NOT NULL,
        patient_name   {text} NOT NULL,
        instances      {text} NOT NULL,
        query          {text} NOT NULL,
        subject        {text} NOT NULL,
        hash           {bytes} NOT NULL
    );
    CREATE INDEX audit_record_by_time    ON audit_record (time);
    CREATE INDEX audit_record_by_kind    ON audit_record (kind, sequence);
    CREATE INDEX audit_record_by_user    ON audit_record (user_name, sequence) WHERE user_name <> '';
    CREATE INDEX audit_record_by_patient ON audit_record (patient_id, sequence) WHERE patient_id <> '';
    CREATE INDEX audit_record_by_study   ON audit_record (study_uid, sequence) WHERE study_uid <> '';

    -- The last record. Whoever adds one takes this row first, which one transaction at a time can hold.
    CREATE TABLE audit_head (
        id        BIGINT PRIMARY KEY,
        sequence  BIGINT NOT NULL,
        hash      {bytes} NOT NULL
    );

    -- What is told once for all of an association or request, and counted in the transaction of each part until then.
    CREATE TABLE audit_gathered (
        act           {text} NOT NULL,
        kind          {text} NOT NULL,
        study_uid     {text} NOT NULL,
        sop_class     {text} NOT NULL,
        number        BIGINT NOT NULL,
        began         BIGINT NOT NULL,
        user_name     {text} NOT NULL,
        ae_title      {text} NOT NULL,
        address       {text} NOT NULL,
        door          {text} NOT NULL,
        patient_id    {text} NOT NULL,
        issuer        {text} NOT NULL,
        patient_name  {text} NOT NULL,
        PRIMARY KEY (act, kind, study_uid, sop_class)
    ) {clustered};

    -- How far a receiver of audit messages has been sent to.
    CREATE TABLE audit_sent (
        receiver  {text} PRIMARY KEY,
        sequence  BIGINT NOT NULL
    );
    """
