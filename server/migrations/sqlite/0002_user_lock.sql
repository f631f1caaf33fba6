-- Users whose documents are read-only while an operation moves them to another home pool.
CREATE TABLE user_lock (
    home_pool INTEGER NOT NULL REFERENCES home_pool (id),
    owner     TEXT    NOT NULL,
    operation TEXT    NOT NULL,
    PRIMARY KEY (home_pool, owner)
) STRICT, WITHOUT ROWID;
