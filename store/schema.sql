-- The case file, version 3: every table of it, and nothing else may be in it.
--
-- A column with a capital letter is evidence (or the verdict), spelled as
-- Sysmon spells it; snake_case is ours.  Times are microseconds since 1970,
-- UTC; NULL means "not logged", which is never the same as empty.  There are no
-- triggers and no views, so that a file that has some is not ours.
-- docs/case-file.md says what each column means to somebody who asks in SQL.

-- The ledger: a row for every file that was met.  At every commit
--   records = loads + processes + context + other + damaged + duplicates
-- and `recovered` comes on top.
CREATE TABLE evidence (
    id          INTEGER PRIMARY KEY,
    path        TEXT NOT NULL,
    path_raw    BLOB,              -- the bytes, where they are not the text
    bundle      TEXT,              -- the archive it lay in
    sha256      TEXT,              -- of the bytes that were parsed; NULL until read to the end
    size        INTEGER NOT NULL,
    fingerprint BLOB,              -- SHA-256 of size, first and last 64 KiB
    format      TEXT NOT NULL,
    state       TEXT NOT NULL,     -- reading, complete, partial, duplicate, unknown, ...
    reason      TEXT,
    place       INTEGER NOT NULL DEFAULT 0,  -- all before it is in the case
    followed    BLOB,              -- SHA-256 of all before it, where the file may go on
    records     INTEGER NOT NULL DEFAULT 0,
    loads       INTEGER NOT NULL DEFAULT 0,
    processes   INTEGER NOT NULL DEFAULT 0,
    context     INTEGER NOT NULL DEFAULT 0,
    other       INTEGER NOT NULL DEFAULT 0,
    damaged     INTEGER NOT NULL DEFAULT 0,
    duplicates  INTEGER NOT NULL DEFAULT 0,
    recovered   INTEGER NOT NULL DEFAULT 0,
    first_time  INTEGER,
    last_time   INTEGER,
    opened      INTEGER,           -- when we began and ended to read it
    finished    INTEGER,
    settled     INTEGER NOT NULL DEFAULT 0   -- 1: its copies are ranked, its starts joined
) STRICT;

-- What a file holds of one host and channel: answers "why is there nothing?".
-- first and last are record numbers.
CREATE TABLE record_range (
    evidence   INTEGER NOT NULL,
    host       INTEGER NOT NULL,
    Channel    TEXT NOT NULL,      -- '' where the form has none
    first      INTEGER,
    last       INTEGER,
    records    INTEGER NOT NULL DEFAULT 0,
    first_time INTEGER,
    last_time  INTEGER,
    loads      INTEGER NOT NULL DEFAULT 0,
    processes  INTEGER NOT NULL DEFAULT 0,
    context    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (evidence, host, Channel)
) STRICT, WITHOUT ROWID;

-- The same for the rule of duplicates: of the records kept or taken for copies,
-- recovered ones too, numbers and UtcTimes.  unnumbered: records without one.
CREATE TABLE extent (
    host       INTEGER NOT NULL,
    Channel    TEXT NOT NULL,
    evidence   INTEGER NOT NULL,
    first      INTEGER,
    last       INTEGER,
    first_time INTEGER,
    last_time  INTEGER,
    unnumbered INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (host, Channel, evidence)
) STRICT, WITHOUT ROWID;

-- Records that are counted and not kept.
CREATE TABLE other_record (
    evidence INTEGER NOT NULL,
    Provider TEXT NOT NULL,
    EventID  INTEGER NOT NULL,
    records  INTEGER NOT NULL,
    PRIMARY KEY (evidence, Provider, EventID)
) STRICT, WITHOUT ROWID;

-- Damaged stretches, and records that contradict their copies.
CREATE TABLE ingest_problem (
    id       INTEGER PRIMARY KEY,
    evidence INTEGER NOT NULL,
    kind     TEXT NOT NULL,        -- damaged, note, conflict, more
    place    INTEGER NOT NULL,
    len      INTEGER NOT NULL,
    reason   TEXT NOT NULL
) STRICT;
CREATE INDEX ingest_problem_evidence ON ingest_problem (evidence, place);

-- A host is known by what its records call it (`key`, in lower case), or, where
-- they name none, by the collection that they lie in.  `name` is what is shown:
-- `given` by the analyst, else as the records spell it (`said`), else the
-- collection's.  A host that was merged is kept, for evidence that still comes.
CREATE TABLE host (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL COLLATE NOCASE,
    folded      TEXT NOT NULL,     -- name in lower case
    origin      TEXT NOT NULL,     -- record, given, collection, folder, unknown
    platform    TEXT NOT NULL,     -- windows, linux, macos, ''
    said        TEXT,
    key         TEXT UNIQUE,
    collection  BLOB UNIQUE,
    given       TEXT,              -- by `modhunt host rename`
    merged_into INTEGER,           -- by `modhunt host merge`: whose its records are
    came_since  INTEGER NOT NULL DEFAULT 0   -- 1: some came after it was merged
) STRICT;
CREATE INDEX host_folded ON host (folded);

-- What is known of collections whose records name no host.
CREATE TABLE collection (
    key   BLOB PRIMARY KEY,        -- of an archive or a folder
    name  TEXT NOT NULL,
    trust INTEGER NOT NULL         -- core/load.h, enum host_trust
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
    id   INTEGER PRIMARY KEY,
    User TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE image (
    id    INTEGER PRIMARY KEY,
    Image TEXT UNIQUE              -- one row without Image stands for "not logged"
) STRICT;

-- A distinct value of all its columns.  key is a SHA-256 over them, in which
-- missing and empty differ (UNIQUE alone does not see NULLs as equal).
CREATE TABLE module (
    id               INTEGER PRIMARY KEY,
    key              BLOB NOT NULL UNIQUE,
    platform         TEXT NOT NULL,
    name             TEXT,         -- the file name of ImageLoaded
    ImageLoaded      TEXT,
    Hashes           TEXT,
    Signed           TEXT,
    Signature        TEXT,
    SignatureStatus  TEXT,
    Company          TEXT,
    Product          TEXT,
    Description      TEXT,
    OriginalFileName TEXT,
    FileVersion      TEXT,
    sha256           TEXT,
    sha1             TEXT,
    md5              TEXT,
    imphash          TEXT,
    ImageLoaded_raw  TEXT              -- as the program passed it, where that is not ImageLoaded
) STRICT;
CREATE INDEX module_path ON module (ImageLoaded COLLATE NOCASE);
CREATE INDEX module_name ON module (name COLLATE NOCASE);
CREATE INDEX module_sha256 ON module (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX module_sha1 ON module (sha1) WHERE sha1 IS NOT NULL;
CREATE INDEX module_md5 ON module (md5) WHERE md5 IS NOT NULL;
CREATE INDEX module_imphash ON module (imphash) WHERE imphash IS NOT NULL;

-- One run of an image.  A stub is known from other records alone; explained_by
-- is the start without ProcessGuid (Security 4688, mostly) that tells its
-- CommandLine.  evidence, record, place and flags are those of the start.
CREATE TABLE process (
    id                INTEGER PRIMARY KEY,
    host              INTEGER NOT NULL,
    ProcessGuid       TEXT COLLATE NOCASE,
    ProcessId         INTEGER,
    image             INTEGER,
    user              INTEGER,
    source            TEXT NOT NULL,   -- stub, 4688, event 1, execve, exec
    start_time        INTEGER,
    end_time          INTEGER,
    explained_by      INTEGER,
    parent            INTEGER,
    evidence          INTEGER,
    record            INTEGER,
    place             INTEGER,
    flags             INTEGER NOT NULL DEFAULT 0,
    CommandLine       TEXT,
    CurrentDirectory  TEXT,
    IntegrityLevel    TEXT,
    LogonId           TEXT,
    LoginUser         TEXT,            -- auditd's auid: who logged in, whatever User is now
    Hashes            TEXT,
    OriginalFileName  TEXT,
    RuleName          TEXT,
    ParentProcessGuid TEXT,
    ParentProcessId   INTEGER,
    ParentImage       TEXT,
    ParentCommandLine TEXT
) STRICT;
CREATE UNIQUE INDEX process_guid ON process (ProcessGuid, host) WHERE ProcessGuid IS NOT NULL;
CREATE INDEX process_pid ON process (host, ProcessId, start_time);
CREATE UNIQUE INDEX process_stub ON process (host, ProcessId, image, evidence)
    WHERE ProcessGuid IS NULL AND source = 'stub' AND explained_by IS NULL;

-- Every record of a process: its starts and ends, all of them counted.
CREATE TABLE process_record (
    id       INTEGER PRIMARY KEY,
    process  INTEGER NOT NULL,
    time     INTEGER,
    ended    INTEGER NOT NULL,     -- 0: a start, 1: an end
    evidence INTEGER NOT NULL,
    record   INTEGER,
    place    INTEGER NOT NULL,
    flags    INTEGER NOT NULL
) STRICT;
CREATE INDEX process_record_process ON process_record (process, time);

-- One module in one image, whatever the host: what is scored.
CREATE TABLE pair (
    id             INTEGER PRIMARY KEY,
    module         INTEGER NOT NULL,
    image          INTEGER NOT NULL,
    SuspicionScore INTEGER NOT NULL,
    factors        INTEGER NOT NULL,
    hit            INTEGER NOT NULL,
    hosts          INTEGER NOT NULL DEFAULT 0,   -- its sightings
    UNIQUE (module, image)
) STRICT;
CREATE INDEX pair_image ON pair (image);

-- One pair on one host: the unit of triage.  loads, first_time and last_time
-- are of declared records; recovered ones are counted beside.
CREATE TABLE sighting (
    id              INTEGER PRIMARY KEY,
    pair            INTEGER NOT NULL,
    host            INTEGER NOT NULL,
    SuspicionScore  INTEGER NOT NULL,
    factors         INTEGER NOT NULL,
    hit             INTEGER NOT NULL,
    allowed_by      INTEGER,       -- the first enabled entry that matches
    loads           INTEGER NOT NULL DEFAULT 0,
    first_time      INTEGER,
    last_time       INTEGER,
    recovered       INTEGER NOT NULL DEFAULT 0,
    recovered_first INTEGER,
    recovered_last  INTEGER,
    UNIQUE (pair, host)
) STRICT;
CREATE INDEX sighting_host ON sighting (host);
CREATE INDEX sighting_hits ON sighting
    (SuspicionScore DESC, last_time DESC, allowed_by, loads) WHERE hit = 1;
CREATE INDEX sighting_allowed ON sighting (allowed_by) WHERE allowed_by IS NOT NULL;

CREATE TABLE sighting_user (
    sighting  INTEGER NOT NULL,
    user      INTEGER NOT NULL,
    loads     INTEGER NOT NULL,
    recovered INTEGER NOT NULL,
    PRIMARY KEY (sighting, user)
) STRICT, WITHOUT ROWID;

-- Sightings that lost a load to a fuller copy; settled after the ingest.
CREATE TABLE stale (
    sighting INTEGER PRIMARY KEY
) STRICT;

-- What speaks for a pair beyond the seed, where anything does: bits of
-- queries/reason.h.
CREATE TABLE pair_reason (
    pair    INTEGER PRIMARY KEY,
    reasons INTEGER NOT NULL
) STRICT;

-- The same of a sighting, with what needs other records, and what it adds up to by
-- the profile that `meta` names.  A sighting without a row has a Priority of 0.
CREATE TABLE ranking (
    sighting INTEGER PRIMARY KEY,
    reasons  INTEGER NOT NULL,
    Priority INTEGER NOT NULL
) STRICT;
CREATE INDEX ranking_priority ON ranking (Priority DESC, sighting);

-- One load: narrow integers only.  flags: bits 0 to 7 core/load.h's
-- record_flags, bits 8 to 15 its resolution.
CREATE TABLE load (
    id       INTEGER PRIMARY KEY,
    time     INTEGER,
    sighting INTEGER NOT NULL,
    process  INTEGER,
    user     INTEGER,
    evidence INTEGER NOT NULL,
    record   INTEGER,
    place    INTEGER NOT NULL,
    flags    INTEGER NOT NULL
) STRICT;

-- Where in `load` a time lies: a run of at most a thousand ids of one file.  (A
-- fuller copy may later take over a load of it: a load's own columns decide.)
CREATE TABLE load_block (
    first_load INTEGER PRIMARY KEY,
    last_load  INTEGER NOT NULL,
    host       INTEGER,            -- NULL: several
    evidence   INTEGER NOT NULL,
    first_time INTEGER,
    last_time  INTEGER,
    loads      INTEGER NOT NULL
) STRICT;
CREATE INDEX load_block_host ON load_block (host, first_time);

-- Kept because it explains loads: Sysmon 8, 11, 15, 23, 26, 29.
CREATE TABLE context (
    id                INTEGER PRIMARY KEY,
    time              INTEGER,
    host              INTEGER NOT NULL,
    event             INTEGER NOT NULL,
    process           INTEGER,
    image             INTEGER,
    user              INTEGER,
    Target            TEXT,
    TargetProcessGuid TEXT,
    Hashes            TEXT,
    Detail            TEXT,
    RuleName          TEXT,
    evidence          INTEGER NOT NULL,
    record            INTEGER,
    place             INTEGER NOT NULL,
    flags             INTEGER NOT NULL
) STRICT;

-- A further record of the same event, in another file, that was left out.
-- kind: 0 a load, 1 a process's record, 2 context; row is its id there.
CREATE TABLE copy (
    kind     INTEGER NOT NULL,
    row      INTEGER NOT NULL,
    evidence INTEGER NOT NULL,
    record   INTEGER,
    place    INTEGER NOT NULL,
    flags    INTEGER NOT NULL,
    PRIMARY KEY (kind, row, evidence)
) STRICT, WITHOUT ROWID;

-- What the analyst has judged benign.  An entry hides; it never deletes.
CREATE TABLE allow (
    id       INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL,        -- hash, path
    value    TEXT NOT NULL,
    platform TEXT NOT NULL,        -- a path on windows matches without case
    reason   TEXT NOT NULL,
    author   TEXT NOT NULL,
    created  INTEGER NOT NULL,
    enabled  INTEGER NOT NULL
) STRICT;
CREATE INDEX allow_value ON allow (value COLLATE NOCASE);

-- Every change, append-only: each row's hash covers the row and the hash before.
CREATE TABLE allow_history (
    id        INTEGER PRIMARY KEY,
    time      INTEGER NOT NULL,
    action    TEXT NOT NULL,       -- allow, undo, redo
    entry     INTEGER NOT NULL,
    author    TEXT NOT NULL,
    reason    TEXT NOT NULL,
    sightings INTEGER NOT NULL,    -- newly hidden, or shown again
    loads     INTEGER NOT NULL,
    hosts     INTEGER NOT NULL,
    prev_hash BLOB NOT NULL,
    hash      BLOB NOT NULL
) STRICT;

-- Hosts renamed and merged, append-only like the above.  change: the line that is
-- undone or done again; of a rename or a merge its own id.
CREATE TABLE host_history (
    id        INTEGER PRIMARY KEY,
    time      INTEGER NOT NULL,
    action    TEXT NOT NULL,       -- rename, merge, undo, redo
    change    INTEGER NOT NULL,
    host      INTEGER NOT NULL,
    other     INTEGER,             -- merge: into which
    was       TEXT NOT NULL,       -- names as they were shown
    now       TEXT NOT NULL,
    author    TEXT NOT NULL,
    reason    TEXT NOT NULL,
    prev_hash BLOB NOT NULL,
    hash      BLOB NOT NULL
) STRICT;

-- What takes a merge back: a changeset of SQLite's, cut into parts.
CREATE TABLE host_undo (
    change INTEGER NOT NULL,
    part   INTEGER NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (change, part)
) STRICT, WITHOUT ROWID;

-- What the analyst imported because the evidence does not say it (docs/facts.md): an
-- import, its files, and what they say of a path or of a hash.  Nothing is deleted: an
-- import that was removed does not count.
CREATE TABLE fact_import (
    id       INTEGER PRIMARY KEY,
    time     INTEGER NOT NULL,
    author   TEXT NOT NULL,
    reason   TEXT NOT NULL,
    host     INTEGER,              -- NULL: of every host
    platform TEXT NOT NULL,        -- '' where it has no say in one
    complete INTEGER NOT NULL,     -- 1: said to be of all packages of the host
    removed  INTEGER               -- when; NULL: it counts
) STRICT;

CREATE TABLE fact_file (
    id        INTEGER PRIMARY KEY,
    import    INTEGER NOT NULL,
    path      TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    size      INTEGER NOT NULL,
    form      TEXT NOT NULL,       -- dpkg -V, md5sums, codesign, mountinfo, ...
    facts     INTEGER NOT NULL,
    unread    INTEGER NOT NULL,    -- lines that say none of what we know
    unread_at INTEGER              -- the first of them
) STRICT;

CREATE TABLE fact (
    id     INTEGER PRIMARY KEY,
    file   INTEGER NOT NULL,
    says   TEXT NOT NULL,          -- core/fact.h, enum fact_says
    path   TEXT,                   -- as it is compared
    hash   TEXT,
    detail TEXT                    -- the package, the signer, the file system
) STRICT;
CREATE INDEX fact_path ON fact (path) WHERE path IS NOT NULL;
CREATE INDEX fact_hash ON fact (hash) WHERE hash IS NOT NULL;

-- Every import, removal and restoring, append-only like the others.
CREATE TABLE fact_history (
    id        INTEGER PRIMARY KEY,
    time      INTEGER NOT NULL,
    action    TEXT NOT NULL,       -- import, remove, restore
    import    INTEGER NOT NULL,
    author    TEXT NOT NULL,
    reason    TEXT NOT NULL,
    sightings INTEGER NOT NULL,    -- whose score or factors changed
    prev_hash BLOB NOT NULL,
    hash      BLOB NOT NULL
) STRICT;

-- The file behind a path, where its record tells (auditd's PATH): each distinct one of
-- a sighting, the first sixteen.
CREATE TABLE sighting_file (
    sighting INTEGER NOT NULL,
    inode    TEXT NOT NULL,
    dev      TEXT NOT NULL,
    mode     TEXT NOT NULL,
    owner    TEXT NOT NULL,
    PRIMARY KEY (sighting, inode, dev, mode, owner)
) STRICT, WITHOUT ROWID;

-- How Endpoint Security says that a loading process is signed, in words: the
-- process's facts, never the module's.
CREATE TABLE process_signing (
    evidence    INTEGER NOT NULL,
    ProcessGuid TEXT NOT NULL,
    words       TEXT NOT NULL,
    PRIMARY KEY (evidence, ProcessGuid)
) STRICT, WITHOUT ROWID;

-- What a file tells of how its host logs: `modhunt evidence --hosts`.
CREATE TABLE host_note (
    evidence INTEGER NOT NULL,
    host     INTEGER NOT NULL,
    what     TEXT NOT NULL,        -- opens, maps, muted, lost, ...
    words    TEXT NOT NULL,
    PRIMARY KEY (evidence, host, what)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT
) STRICT, WITHOUT ROWID;

-- LATE.  From here on, indexes that a case may have or not.  The first four are
-- built with the sorter when the first ingest settles (kept while rows come in
-- each costs 2 to 4 microseconds a row), the last two once files overlap and
-- copies must be looked for.
CREATE INDEX load_sighting ON load (sighting, time);
CREATE INDEX load_process ON load (process);
CREATE INDEX context_process ON context (process);
CREATE INDEX context_target ON context (Target COLLATE NOCASE);
CREATE INDEX load_time ON load (time, record, sighting);
CREATE INDEX context_time ON context (time, record);
