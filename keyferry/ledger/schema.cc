// Instants are Unix milliseconds; hashes are 32 octets of SHA-256; ids, rights and keys are text.
#include "keyferry/ledger/schema.h"

#include <array>

namespace keyferry::ledger {
namespace {

constexpr std::string_view kFirst = R"sql(
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE hosts (
  name TEXT PRIMARY KEY, address TEXT NOT NULL, port INTEGER NOT NULL,
  host_keys TEXT NOT NULL, host_cas TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE shares (
  number INTEGER PRIMARY KEY,  -- order of making
  id TEXT NOT NULL UNIQUE, parent TEXT REFERENCES shares(id), kind TEXT NOT NULL,
  rights TEXT NOT NULL, valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL,
  link_until INTEGER NOT NULL, depth INTEGER NOT NULL, state TEXT NOT NULL,
  pin_mac BLOB, pin_tries INTEGER, rearms_left INTEGER NOT NULL, code_number INTEGER NOT NULL,
  label TEXT, thumbprint TEXT, fingerprint TEXT, wall_time TEXT,
  created INTEGER NOT NULL, claimed INTEGER, redeemed INTEGER, locked INTEGER, revoked INTEGER,
  ended INTEGER, refused INTEGER, expired INTEGER
);
CREATE INDEX shares_parent ON shares(parent);
CREATE INDEX shares_due_link ON shares(link_until) WHERE state IN ('open', 'claimed', 'locked');
CREATE INDEX shares_due_end ON shares(valid_until) WHERE state = 'redeemed';

-- Every PIN that a share ever had, so that the same one never gets new tries.
CREATE TABLE pins (share TEXT NOT NULL REFERENCES shares(id), mac BLOB NOT NULL,
  PRIMARY KEY (share, mac)) WITHOUT ROWID;

CREATE TABLE codes (
  hash BLOB PRIMARY KEY, share TEXT NOT NULL REFERENCES shares(id), number INTEGER NOT NULL,
  live INTEGER NOT NULL, used INTEGER, used_by TEXT, handle BLOB UNIQUE,
  UNIQUE (share, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX codes_one_live ON codes(share) WHERE live = 1;

-- A share is redeemed once: UNIQUE(share) holds whatever the program does.
CREATE TABLE credentials (
  id TEXT PRIMARY KEY, share TEXT NOT NULL UNIQUE REFERENCES shares(id), jwk TEXT NOT NULL,
  thumbprint TEXT NOT NULL, dpop_thumbprint TEXT
) WITHOUT ROWID;

CREATE TABLE certificates (
  serial INTEGER PRIMARY KEY, credential TEXT NOT NULL REFERENCES credentials(id),
  ca TEXT NOT NULL, nonce BLOB NOT NULL, rights TEXT NOT NULL,
  valid_after INTEGER NOT NULL, valid_before INTEGER NOT NULL, issued INTEGER NOT NULL
);
CREATE INDEX certificates_credential ON certificates(credential);

CREATE TABLE tokens (
  hash BLOB PRIMARY KEY, share TEXT NOT NULL REFERENCES shares(id), use TEXT NOT NULL,
  thumbprint TEXT, spent INTEGER NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_share ON tokens(share);
CREATE INDEX tokens_expires ON tokens(expires);

CREATE TABLE jtis (hash BLOB PRIMARY KEY, forget INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX jtis_forget ON jtis(forget);

CREATE TABLE idempotency (
  key BLOB PRIMARY KEY, body BLOB NOT NULL, share TEXT NOT NULL REFERENCES shares(id),
  forget INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX idempotency_forget ON idempotency(forget);

CREATE TABLE notifications (hash BLOB PRIMARY KEY, share TEXT NOT NULL REFERENCES shares(id),
  event TEXT) WITHOUT ROWID;

CREATE TABLE lists (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;

-- What a list said that this ledger does not know (restore --merge).
CREATE TABLE foreign_serials (ca TEXT NOT NULL, serial TEXT NOT NULL, PRIMARY KEY (ca, serial))
  WITHOUT ROWID;
CREATE TABLE foreign_key_ids (ca TEXT NOT NULL, key_id TEXT NOT NULL, PRIMARY KEY (ca, key_id))
  WITHOUT ROWID;

CREATE TABLE audit (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL, share TEXT NOT NULL,
  detail TEXT NOT NULL, hash BLOB NOT NULL
);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
)sql";

// Confirmed mode: what an older ledger holds is immediate.
constexpr std::string_view kModes =
    "ALTER TABLE shares ADD COLUMN mode TEXT NOT NULL DEFAULT 'immediate';";

// Counting what is live (shares.h) must not read what is over.
constexpr std::string_view kLiveShares =
    "CREATE INDEX shares_live ON shares(parent) "
    "WHERE state IN ('open', 'claimed', 'locked', 'redeemed');";

// What one caller does stays small (docs/limits.md). credentials.last_end: when the last of its
// certificates ends or ended. One notification id a share, and each event once.
constexpr std::string_view kBounds = R"sql(
ALTER TABLE credentials ADD COLUMN last_end INTEGER NOT NULL DEFAULT 0;
UPDATE credentials SET last_end = ends.last FROM
  (SELECT credential, max(valid_before) AS last FROM certificates GROUP BY credential) AS ends
  WHERE ends.credential = credentials.id;
-- Of shares made since: the one right below the root on the path, itself perhaps.
ALTER TABLE shares ADD COLUMN branch TEXT;
DROP INDEX shares_parent;
CREATE INDEX shares_parent ON shares(parent, created);
CREATE INDEX shares_branch ON shares(branch, created) WHERE branch IS NOT NULL;
CREATE INDEX shares_over ON shares(valid_until) WHERE state IN ('revoked', 'ended');

ALTER TABLE notifications RENAME TO old_notifications;
CREATE TABLE notifications (share TEXT PRIMARY KEY REFERENCES shares(id), hash BLOB NOT NULL)
  WITHOUT ROWID;
INSERT INTO notifications (share, hash) SELECT share, max(hash) FROM old_notifications
  GROUP BY share;
CREATE TABLE noted_events (share TEXT NOT NULL REFERENCES shares(id), event TEXT NOT NULL,
  PRIMARY KEY (share, event)) WITHOUT ROWID;
INSERT INTO noted_events (share, event) SELECT DISTINCT share, event FROM old_notifications
  WHERE event IS NOT NULL;
DROP TABLE old_notifications;
)sql";

// Who acknowledges lists, and what each said last: a row for each verifier and list, never more.
constexpr std::string_view kVerifiers = R"sql(
CREATE TABLE verifiers (name TEXT PRIMARY KEY REFERENCES hosts(name), jwk TEXT NOT NULL,
  thumbprint TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE heard_verifiers (
  thumbprint TEXT NOT NULL REFERENCES verifiers(thumbprint) ON DELETE CASCADE, list TEXT NOT NULL,
  epoch INTEGER NOT NULL, number INTEGER NOT NULL, issued INTEGER NOT NULL, taken INTEGER NOT NULL,
  after_ms INTEGER, heard INTEGER NOT NULL, PRIMARY KEY (thumbprint, list)
) WITHOUT ROWID;
)sql";

// A revoke reads what it ends and no more, however many shares there were (shares.h).
constexpr std::string_view kStanding = R"sql(
CREATE INDEX shares_standing ON shares(parent, valid_until)
  WHERE state NOT IN ('revoked', 'refused', 'expired');
CREATE INDEX shares_revoked ON shares(parent, revoked) WHERE revoked IS NOT NULL;
)sql";

constexpr std::array kSteps{kFirst, kModes, kLiveShares, kBounds, kVerifiers, kStanding};

constexpr std::string_view kMemory = R"sql(
CREATE TEMP TABLE memory_jtis (hash BLOB PRIMARY KEY, forget INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE memory_tokens (
  hash BLOB PRIMARY KEY, share TEXT NOT NULL, use TEXT NOT NULL, thumbprint TEXT,
  spent INTEGER NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

}  // namespace

std::string_view memory_tables() {
  return kMemory;
}

//= spec:authority#7-schema
std::span<const std::string_view> schema_steps() {
  return kSteps;
}

}  // namespace keyferry::ledger
