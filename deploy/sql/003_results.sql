-- What executors found out. Append-only: a rerun is a new generation, never a changed row.
-- Durations are µs, sizes bytes.

CREATE DOMAIN ulid AS text COLLATE "C" CHECK (VALUE ~ '^[0-7][0-9A-HJKMNP-TV-Z]{25}$');

CREATE TABLE records (
  build_id          ulid        PRIMARY KEY,
  build_key         sha256_hex  NOT NULL,
  generation        bigint      NOT NULL CHECK (generation >= 1),
  token             bigint      NOT NULL CHECK (token >= 0),  -- fencing token of the attempt
  manifest_id       text        NOT NULL,
  platform          text        NOT NULL,
  pool              text        NOT NULL,
  executor          text        NOT NULL,
  tenant            text        NOT NULL,
  attempt           integer     NOT NULL,
  outcome           text        NOT NULL
    CHECK (outcome IN ('compatible', 'incompatible', 'failed', 'error', 'cancelled')),
  failure_class     text        NOT NULL,  -- "none" when compatible
  failure_stage     text        NOT NULL,
  failure_module    text        NOT NULL,
  failure_line      integer     NOT NULL,  -- of the fragment, from 1; 0: not known
  failure_command   text        NOT NULL,
  failure_exit_code integer,
  failure_message   text        NOT NULL,
  cause_build_id    text        NOT NULL,  -- of the build that is to blame, or ''
  image             text        NOT NULL,  -- repository@digest, or ''
  tags              text[]      NOT NULL,
  stages            jsonb       NOT NULL,  -- stage → µs
  steps_cached      integer     NOT NULL,
  steps_run         integer     NOT NULL,
  submitted_at      timestamptz,
  started_at        timestamptz,           -- null: ended before an executor ran it
  finished_at       timestamptz NOT NULL,
  committed_at      timestamptz NOT NULL DEFAULT now(),
  committed_by      text        NOT NULL DEFAULT session_user,
  UNIQUE (build_key, generation)
);

CREATE INDEX records_by_manifest ON records (manifest_id, build_id DESC);
CREATE INDEX records_by_outcome ON records (outcome, build_id DESC);
-- Finds the effective record of a key without looking at the others.
CREATE INDEX records_effective ON records (build_key, generation DESC)
  WHERE outcome IN ('compatible', 'incompatible', 'failed');

CREATE TABLE record_layers (
  build_id         ulid       NOT NULL REFERENCES records,
  position         integer    NOT NULL,  -- 0 is the base
  layer_key        sha256_hex NOT NULL,
  layer_generation bigint     NOT NULL DEFAULT 1,
  module_ref       text       NOT NULL,  -- name@version; '' for the base
  module_name      text       GENERATED ALWAYS AS (split_part(module_ref, '@', 1)) STORED,
  slot             text       NOT NULL,
  use              text       NOT NULL CHECK (use IN ('reused', 'joined', 'built')),
  steps_cached     integer    NOT NULL,
  steps_run        integer    NOT NULL,
  PRIMARY KEY (build_id, position)
);

CREATE INDEX record_layers_by_ref ON record_layers (module_ref, build_id DESC);
CREATE INDEX record_layers_by_name ON record_layers (module_name, build_id DESC);
CREATE INDEX record_layers_by_key ON record_layers (layer_key);

CREATE TABLE tests (
  build_id    ulid    NOT NULL REFERENCES records,
  position    integer NOT NULL,  -- in the order run
  name        text    NOT NULL,
  module_ref  text    NOT NULL,  -- '' for a test of the template
  passed      boolean NOT NULL,
  exit_code   integer NOT NULL,
  message     text    NOT NULL,
  duration_us bigint  NOT NULL,
  PRIMARY KEY (build_id, position)
);

CREATE TABLE artifacts (
  build_id   ulid       NOT NULL REFERENCES records,
  position   integer    NOT NULL,
  name       text       NOT NULL,
  media_type text       NOT NULL,
  sha256     sha256_hex NOT NULL,
  size       bigint     NOT NULL CHECK (size >= 0),
  PRIMARY KEY (build_id, name)
);

CREATE INDEX artifacts_by_blob ON artifacts (sha256);

CREATE TABLE packages (
  build_id ulid NOT NULL REFERENCES records,
  type     text NOT NULL,  -- "deb", "npm", …
  name     text NOT NULL,
  version  text NOT NULL,
  arch     text NOT NULL DEFAULT '',
  PRIMARY KEY (build_id, type, name, version, arch)
);

CREATE INDEX packages_by_name ON packages (name, version);

-- The ledger: (layer key, generation) has one list of diffIDs, whoever built it.
CREATE TABLE layers (
  layer_key       sha256_hex  NOT NULL,
  generation      bigint      NOT NULL CHECK (generation >= 1),
  token           bigint      NOT NULL CHECK (token >= 0),
  build_id        ulid        NOT NULL,
  platform        text        NOT NULL,
  module_ref      text        NOT NULL,
  repository      text        NOT NULL,
  manifest_digest text        NOT NULL CHECK (manifest_digest ~ '^sha256:[0-9a-f]{64}$'),
  diff_ids        text[]      NOT NULL,
  size            bigint      NOT NULL,
  duration_us     bigint      NOT NULL,
  committed_at    timestamptz NOT NULL DEFAULT now(),
  committed_by    text        NOT NULL DEFAULT session_user,
  PRIMARY KEY (layer_key, generation)
);

CREATE INDEX layers_by_build ON layers (build_id);

-- The record that speaks for its build key: the newest generation that reached a verdict.
CREATE VIEW effective_records AS
  SELECT r.*
    FROM records r
   WHERE r.outcome IN ('compatible', 'incompatible', 'failed')
     AND NOT EXISTS (SELECT FROM records newer
                      WHERE newer.build_key = r.build_key
                        AND newer.generation > r.generation
                        AND newer.outcome IN ('compatible', 'incompatible', 'failed'));

-- The parts of a record are written in its transaction or never: nobody adds a test result or an
-- artifact to a record that others have read.
CREATE FUNCTION check_record_is_new() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, public
AS $$
DECLARE
  old_build text;
BEGIN
  SELECT r.build_id INTO old_build
    FROM public.records r
   WHERE r.build_id IN (SELECT added.build_id FROM added)
     AND r.xmin <> pg_current_xact_id()::xid
   LIMIT 1;
  IF old_build IS NOT NULL THEN
    RAISE EXCEPTION 'record % is committed: nothing is added to its %', old_build, TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation',
            HINT = 'rerun the build; its next generation gets a record of its own';
  END IF;
  RETURN NULL;
END
$$;

DO $$
DECLARE
  part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['record_layers', 'tests', 'artifacts', 'packages'] LOOP
    EXECUTE format(
      'CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added '
      'FOR EACH STATEMENT EXECUTE FUNCTION check_record_is_new()', part || '_come_with_record', part);
  END LOOP;
  FOREACH part IN ARRAY ARRAY['records', 'record_layers', 'tests', 'artifacts', 'packages',
                              'layers'] LOOP
    EXECUTE format(
      'CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
      'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change(%L)', part || '_are_append_only', part,
      'rerun the build; its next generation gets a record of its own');
  END LOOP;
END
$$;

GRANT SELECT ON records, record_layers, tests, artifacts, packages, layers, effective_records
  TO lif_controlplane, lif_executor, lif_janitor;
GRANT INSERT ON records, record_layers, tests, artifacts, packages, layers TO lif_executor;
