/// Metadata documents are made before they are asked for: under these service roots, which clients have used. No part of the index. `used`:
/// microseconds since 1970, of some time in the hour in which it was last used. What is filled are procedure codes as values like others.
let schema0014 = """
    CREATE TABLE metadata_root (
        root  {text} PRIMARY KEY,
        used  BIGINT NOT NULL
    );
    """
