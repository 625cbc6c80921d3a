// The tables, as an ordered list of migrations: user_version counts those applied. Layout: one postings table clustered by
// compartment, each posting once for SYSTEM and once per patient (store-layout K), with reverse tables by rid so that every
// filter is one point lookup per candidate row.

/** The reserved `pat` under which every posting is also filed; no resource has this rid. */
export const SYSTEM = 1

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE name(id INTEGER PRIMARY KEY, kind INT NOT NULL, text TEXT NOT NULL, UNIQUE(kind, text)) STRICT;
  CREATE TABLE res(rid INTEGER PRIMARY KEY, type INT NOT NULL, id TEXT NOT NULL, ver INT NOT NULL, updated INT NOT NULL,
    sdate INT NOT NULL, method INT NOT NULL, body TEXT) STRICT;
  CREATE UNIQUE INDEX res_id ON res(type, id);
  CREATE INDEX res_updated ON res(type, updated, rid);
  INSERT INTO res VALUES(1, 0, '', 0, 0, 0, 0, NULL);
  CREATE TABLE history(seq INTEGER PRIMARY KEY, rid INT NOT NULL, type INT NOT NULL, ver INT NOT NULL, at INT NOT NULL,
    method INT NOT NULL, body TEXT) STRICT;
  CREATE UNIQUE INDEX history_rid ON history(rid, ver);
  CREATE INDEX history_type ON history(type, seq);
  CREATE TABLE term(id INTEGER PRIMARY KEY, param INT NOT NULL, code TEXT NOT NULL, sys INT NOT NULL, UNIQUE(param, code, sys)) STRICT;
  CREATE TABLE post(pat INT NOT NULL, term INT NOT NULL, sdate INT NOT NULL, rid INT NOT NULL, PRIMARY KEY(pat, term, sdate, rid))
    STRICT, WITHOUT ROWID;
  CREATE TABLE tag(rid INT NOT NULL, param INT NOT NULL, term INT NOT NULL, PRIMARY KEY(rid, param, term)) STRICT, WITHOUT ROWID;
  CREATE TABLE member(rid INT NOT NULL, pat INT NOT NULL, PRIMARY KEY(rid, pat)) STRICT, WITHOUT ROWID;
  CREATE TABLE ref(tgt INT NOT NULL, param INT NOT NULL, rid INT NOT NULL, PRIMARY KEY(tgt, param, rid)) STRICT, WITHOUT ROWID;
  CREATE TABLE link(rid INT NOT NULL, param INT NOT NULL, tgt INT NOT NULL, PRIMARY KEY(rid, param, tgt)) STRICT, WITHOUT ROWID;
  CREATE TABLE ident(val TEXT NOT NULL, param INT NOT NULL, sys INT NOT NULL, rid INT NOT NULL, PRIMARY KEY(val, param, sys, rid))
    STRICT, WITHOUT ROWID;
  CREATE INDEX ident_rid ON ident(rid, param);
  CREATE TABLE str(param INT NOT NULL, val TEXT NOT NULL, lit TEXT NOT NULL, rid INT NOT NULL, PRIMARY KEY(param, val, lit, rid))
    STRICT, WITHOUT ROWID;
  CREATE INDEX str_rid ON str(rid, param);
  CREATE TABLE dat(param INT NOT NULL, lo INT NOT NULL, hi INT NOT NULL, rid INT NOT NULL, PRIMARY KEY(param, lo, hi, rid))
    STRICT, WITHOUT ROWID;
  CREATE INDEX dat_rid ON dat(rid, param);
  CREATE TABLE qty(rid INT NOT NULL, param INT NOT NULL, val REAL NOT NULL, sys INT NOT NULL, code TEXT NOT NULL,
    PRIMARY KEY(rid, param, val, sys, code)) STRICT, WITHOUT ROWID;
  CREATE TABLE comp(rid INT NOT NULL, param INT NOT NULL, occ INT NOT NULL, PRIMARY KEY(rid, param, occ)) STRICT, WITHOUT ROWID;
  CREATE INDEX comp_occ ON comp(occ);
  CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE login(hash TEXT PRIMARY KEY, user TEXT NOT NULL, authenticated INT NOT NULL, seen INT NOT NULL, expires INT NOT NULL)
    STRICT, WITHOUT ROWID;
  CREATE INDEX login_user ON login(user);
  CREATE TABLE session(id TEXT PRIMARY KEY, type TEXT NOT NULL, client TEXT NOT NULL, user TEXT, login TEXT, started INT NOT NULL,
    authorization TEXT NOT NULL, active INT NOT NULL) STRICT;
  CREATE INDEX session_user ON session(user);
  CREATE INDEX session_client ON session(client);
  CREATE INDEX session_login ON session(login);
  CREATE TABLE token(hash TEXT PRIMARY KEY, kind TEXT NOT NULL, session TEXT NOT NULL, issued INT NOT NULL, expires INT NOT NULL,
    details TEXT NOT NULL, used INT NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
  CREATE INDEX token_session ON token(session);
  CREATE INDEX token_expires ON token(expires);
  CREATE TABLE code(hash TEXT PRIMARY KEY, expires INT NOT NULL, authorization TEXT NOT NULL, used INT NOT NULL DEFAULT 0, session TEXT)
    STRICT, WITHOUT ROWID;
  CREATE TABLE once(kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires INT NOT NULL, PRIMARY KEY(kind, key))
    STRICT, WITHOUT ROWID;
  `,
  "ALTER TABLE login ADD COLUMN agent TEXT NOT NULL DEFAULT ''",
  // A client's own session has neither, and is the one that is opened most.
  `DROP INDEX session_user; CREATE INDEX session_user ON session(user) WHERE user IS NOT NULL;
   DROP INDEX session_login; CREATE INDEX session_login ON session(login) WHERE login IS NOT NULL`,
  // What is only referred to, or deleted: few, and counted without a look at the rows of all the others.
  'CREATE INDEX res_absent ON res(type) WHERE body IS NULL',
  // With the end of a Range. What was there is indexed anew, since what is extracted has changed with it.
  `DROP TABLE qty;
   CREATE TABLE qty(rid INT NOT NULL, param INT NOT NULL, val REAL NOT NULL, high REAL NOT NULL, sys INT NOT NULL, code TEXT NOT NULL,
     PRIMARY KEY(rid, param, val, high, sys, code)) STRICT, WITHOUT ROWID`,
]
