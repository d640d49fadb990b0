import Database

extension Accounts {
    /// Users, their tokens, their sessions and what they have set for themselves. Of secrets only hashes are kept, but for that of
    /// one-time codes, which is sealed (``SecretBox``).
    static let schema = Schema(module: "security", migrations: [
        Migration(1, """
            CREATE TABLE account (
                name           {text} PRIMARY KEY,
                role           {text} NOT NULL,
                password_hash  {text} NOT NULL,
                created        BIGINT NOT NULL
            );

            CREATE TABLE token (
                hash     {text} PRIMARY KEY,
                account  {text} NOT NULL REFERENCES account (name) ON DELETE CASCADE,
                label    {text} NOT NULL,
                created  BIGINT NOT NULL,
                expires  BIGINT
            );
            CREATE INDEX token_by_account ON token (account);

            CREATE TABLE session (
                hash       {text} PRIMARY KEY,
                account    {text} NOT NULL REFERENCES account (name) ON DELETE CASCADE,
                created    BIGINT NOT NULL,
                last_used  BIGINT NOT NULL
            );
            CREATE INDEX session_by_account ON session (account);
            """),
        Migration(2, """
            CREATE TABLE preference (
                account  {text} NOT NULL REFERENCES account (name) ON DELETE CASCADE,
                name     {text} NOT NULL,
                version  BIGINT NOT NULL,
                content  {text} NOT NULL,
                PRIMARY KEY (account, name)
            );
            """),
        // Lists within a column have a line for each entry. A NULL of `actions` and `view` stands for all that the account may.
        Migration(3, """
            ALTER TABLE account ADD COLUMN kind {text} NOT NULL DEFAULT 'person';
            ALTER TABLE account ADD COLUMN blocked BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE account ADD COLUMN last_login BIGINT;

            ALTER TABLE token ADD COLUMN actions {text};
            ALTER TABLE token ADD COLUMN view {text};
            ALTER TABLE token ADD COLUMN sources {text};
            ALTER TABLE token ADD COLUMN last_used BIGINT;
            ALTER TABLE token ADD COLUMN last_address {text};

            ALTER TABLE session ADD COLUMN address {text} NOT NULL DEFAULT '';
            ALTER TABLE session ADD COLUMN device {text} NOT NULL DEFAULT '';
            ALTER TABLE session ADD COLUMN proof {text} NOT NULL DEFAULT 'password';
            ALTER TABLE session ADD COLUMN proven BIGINT NOT NULL DEFAULT 0;

            CREATE TABLE one_time_code (
                account    {text} PRIMARY KEY REFERENCES account (name) ON DELETE CASCADE,
                secret     {bytes} NOT NULL,
                confirmed  BIGINT NOT NULL,
                last_step  BIGINT NOT NULL
            );

            CREATE TABLE recovery_code (
                account  {text} NOT NULL REFERENCES account (name) ON DELETE CASCADE,
                hash     {text} NOT NULL,
                PRIMARY KEY (account, hash)
            );

            CREATE TABLE passkey (
                id          {text} PRIMARY KEY,
                account     {text} NOT NULL REFERENCES account (name) ON DELETE CASCADE,
                public_key  {bytes} NOT NULL,
                rp_id       {text} NOT NULL,
                sign_count  BIGINT NOT NULL,
                label       {text} NOT NULL,
                created     BIGINT NOT NULL,
                last_used   BIGINT
            );
            CREATE INDEX passkey_by_account ON passkey (account);
            """),
    ])
}
