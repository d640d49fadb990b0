/// Folders whose files are found where they lie. No part of the index: what is known of each file is written in the transaction that
/// indexes it, and an index made anew reads the files that stand here. Paths and names are bytes, as the file system has them.
/// `modified`: nanoseconds since 1970; other times: microseconds.
let schema0011 = """
    -- `wish`: raised by whoever wants a look at all of it; `granted`: the wish that the last whole look answered. `state`: Folder.State.
    CREATE TABLE folder (
        id       {identity},
        name     {text} NOT NULL UNIQUE,
        path     {text} NOT NULL,
        state    {text} NOT NULL,
        reason   {text} NOT NULL,
        added    BIGINT NOT NULL,
        wish     BIGINT NOT NULL,
        granted  BIGINT NOT NULL,
        began    BIGINT,
        ended    BIGINT,
        looked   BIGINT NOT NULL
    );

    -- `path`: below the root, which itself is the empty one; `parent` is 0 there.
    CREATE TABLE folder_directory (
        id      {identity},
        folder  BIGINT NOT NULL REFERENCES folder (id),
        parent  BIGINT NOT NULL,
        path    {bytes} NOT NULL,
        UNIQUE (folder, path)
    );
    CREATE INDEX folder_directory_by_parent ON folder_directory (parent);

    -- `size`, `modified`, `inode`: as they were when it was read. `object`: what its data set is behind the head of an object, which is
    -- `head`; `data_set`: its first byte of the data set. NULL where it is no object. `missing`: since when it has not been there.
    CREATE TABLE folder_file (
        directory  BIGINT NOT NULL REFERENCES folder_directory (id),
        name       {bytes} NOT NULL,
        folder     BIGINT NOT NULL,
        size       BIGINT NOT NULL,
        modified   BIGINT NOT NULL,
        inode      BIGINT NOT NULL,
        state      {text} NOT NULL,
        reason     {text} NOT NULL,
        sop_uid    {text} NOT NULL,
        object     {bytes},
        head       {bytes},
        data_set   BIGINT,
        received   BIGINT NOT NULL,
        missing    BIGINT,
        PRIMARY KEY (directory, name)
    ) {clustered};
    CREATE INDEX folder_file_by_object   ON folder_file (object) WHERE object IS NOT NULL;
    CREATE INDEX folder_file_by_state    ON folder_file (folder, state, directory, name);
    CREATE INDEX folder_file_by_missing  ON folder_file (folder, missing) WHERE missing IS NOT NULL;
    CREATE INDEX folder_file_by_conflict ON folder_file (sop_uid) WHERE state = 'conflict';
    """
