import Database

extension Accounts {
    /// Users, their tokens, their sessions and what they have set for themselves. Of secrets only hashes are kept.
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
    ])
}
