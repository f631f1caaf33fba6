-- What a node keeps. Times are microseconds since 1970 in UTC; sequences, epochs and versions are positive.

CREATE TABLE home_pool (
    id               INTEGER PRIMARY KEY,
    name             TEXT    NOT NULL UNIQUE,
    -- The last sequence given out or imported.
    head             INTEGER NOT NULL DEFAULT 0,
    -- The operation that has made the users read-only.
    frozen_by        TEXT,
    services_running INTEGER NOT NULL DEFAULT 1
) STRICT;

-- The parity of an epoch names its owner, so no column does.
CREATE TABLE term (
    home_pool     INTEGER NOT NULL REFERENCES home_pool (id),
    epoch         INTEGER NOT NULL,
    base_sequence INTEGER NOT NULL,
    PRIMARY KEY (home_pool, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE module_position (
    home_pool    INTEGER NOT NULL REFERENCES home_pool (id),
    module       INTEGER NOT NULL,
    -- How far this copy is, where it is imported.
    watermark    INTEGER NOT NULL DEFAULT 0,
    -- How far the partner's copy was when it last said so.
    acknowledged INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (home_pool, module)
) STRICT, WITHOUT ROWID;

-- Count and sum of hashes of live documents, changed in the transaction of each write.
CREATE TABLE digest (
    home_pool INTEGER NOT NULL REFERENCES home_pool (id),
    kind      INTEGER NOT NULL,
    documents INTEGER NOT NULL,
    digest    BLOB    NOT NULL,
    PRIMARY KEY (home_pool, kind)
) STRICT, WITHOUT ROWID;

-- The documents are their own change log. With rowids: bodies may be large, and the indexes stay small.
CREATE TABLE document (
    id             INTEGER PRIMARY KEY,
    home_pool      INTEGER NOT NULL REFERENCES home_pool (id),
    module         INTEGER NOT NULL,
    owner          TEXT    NOT NULL,
    kind           INTEGER NOT NULL,
    key            TEXT    NOT NULL,
    body           BLOB    NOT NULL,
    version        INTEGER NOT NULL,
    epoch          INTEGER NOT NULL,
    sequence       INTEGER NOT NULL,
    written        INTEGER NOT NULL,
    deleted        INTEGER NOT NULL,
    content_hash   BLOB,
    content_length INTEGER,
    -- The document's part of the digest; all zeros for a tombstone.
    hash           BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX document_key ON document (home_pool, owner, kind, key);
-- Covers the counts of pending records, so that a long backlog is counted without touching the documents.
CREATE INDEX document_log ON document (home_pool, module, sequence, kind, written, content_length);
CREATE INDEX document_content ON document (content_hash) WHERE content_hash IS NOT NULL;
CREATE INDEX document_tombstone ON document (home_pool, module, sequence) WHERE deleted = 1;

-- Names of accounts, in lower case, kept with their documents.
CREATE TABLE account (
    home_pool           INTEGER NOT NULL REFERENCES home_pool (id),
    owner               TEXT    NOT NULL,
    user_principal_name TEXT    NOT NULL,
    sam_account_name    TEXT    NOT NULL,
    display_name        TEXT    NOT NULL,
    PRIMARY KEY (home_pool, owner)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_owner ON account (owner);
CREATE INDEX account_user_principal_name ON account (user_principal_name);
CREATE INDEX account_sam_account_name ON account (sam_account_name);
CREATE INDEX account_display_name ON account (display_name);

-- Documents that this node wants from the owner again after a divergence.
CREATE TABLE wanted (
    home_pool INTEGER NOT NULL REFERENCES home_pool (id),
    module    INTEGER NOT NULL,
    owner     TEXT    NOT NULL,
    kind      INTEGER NOT NULL,
    key       TEXT    NOT NULL,
    PRIMARY KEY (home_pool, module, owner, kind, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE salvage_bundle (
    id        TEXT    PRIMARY KEY,
    home_pool INTEGER NOT NULL REFERENCES home_pool (id),
    found     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE salvage_item (
    bundle         TEXT    NOT NULL REFERENCES salvage_bundle (id),
    number         INTEGER NOT NULL,
    home_pool      INTEGER NOT NULL REFERENCES home_pool (id),
    owner          TEXT    NOT NULL,
    kind           INTEGER NOT NULL,
    key            TEXT    NOT NULL,
    body           BLOB    NOT NULL,
    version        INTEGER NOT NULL,
    epoch          INTEGER NOT NULL,
    sequence       INTEGER NOT NULL,
    written        INTEGER NOT NULL,
    deleted        INTEGER NOT NULL,
    content_hash   BLOB,
    content_length INTEGER,
    applied        INTEGER,
    PRIMARY KEY (bundle, number)
) STRICT;

CREATE INDEX salvage_item_key ON salvage_item (home_pool, owner, kind, key);
CREATE INDEX salvage_item_content ON salvage_item (content_hash) WHERE content_hash IS NOT NULL;

CREATE TABLE operation (
    id              TEXT    PRIMARY KEY,
    cmdlet          TEXT    NOT NULL,
    home_pool       TEXT,
    request         BLOB    NOT NULL,
    plan            BLOB    NOT NULL,
    plan_digest     TEXT    NOT NULL,
    caller          TEXT    NOT NULL,
    coordinator     TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    step            TEXT    NOT NULL,
    started         INTEGER NOT NULL,
    ended           INTEGER,
    failure_id      TEXT,
    failure_message TEXT,
    result          BLOB    NOT NULL
) STRICT;

CREATE INDEX operation_started ON operation (started);
CREATE INDEX operation_state ON operation (state, started);

CREATE TABLE management_document (
    name      TEXT    PRIMARY KEY,
    version   INTEGER NOT NULL,
    body      BLOB    NOT NULL,
    published INTEGER NOT NULL,
    publisher TEXT    NOT NULL
) STRICT;

CREATE TABLE audit (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,
    intended       INTEGER NOT NULL,
    caller         TEXT    NOT NULL,
    peer_address   TEXT    NOT NULL,
    rpc            TEXT    NOT NULL,
    command        TEXT    NOT NULL,
    operation_id   TEXT,
    concluded      INTEGER,
    error_id       TEXT,
    summary        TEXT
) STRICT;

CREATE INDEX audit_intended ON audit (intended);
