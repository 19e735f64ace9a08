-- The published catalog. One row is one version of one thing, for ever.
--
-- document         the thing as JSON text (common/catalog/catalog_json.h)
-- document_sha256  of the text's UTF-8 bytes: a row that contradicts itself can't be inserted, and
--                  readers check it again
-- digest           its identity (common/catalog/digests.h), which readers compute again

CREATE DOMAIN sha256_hex AS text COLLATE "C" CHECK (VALUE ~ '^[0-9a-f]{64}$');
CREATE DOMAIN catalog_name AS text COLLATE "C"
  CHECK (VALUE ~ '^[a-z0-9][a-z0-9._-]{0,99}$');

CREATE TABLE bases (
  name            catalog_name PRIMARY KEY,
  platforms       text[]       NOT NULL,
  digest          sha256_hex   NOT NULL,
  document        text         NOT NULL,
  document_sha256 sha256_hex   NOT NULL,
  published_at    timestamptz  NOT NULL DEFAULT now(),
  published_by    text         NOT NULL DEFAULT session_user,
  CHECK (document_sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex'))
);

CREATE TABLE modules (
  name            catalog_name NOT NULL,
  version         text         NOT NULL,
  ref             text         GENERATED ALWAYS AS (name::text || '@' || version) STORED UNIQUE,
  slot            text         NOT NULL CHECK (slot IN ('security', 'core', 'light', 'app')),
  summary         text         NOT NULL,
  platforms       text[]       NOT NULL,
  file_blobs      text[]       NOT NULL,  -- SHA-256 of each file: what must stay in the blob store
  digest          sha256_hex   NOT NULL,  -- with its default arguments
  document        text         NOT NULL,
  document_sha256 sha256_hex   NOT NULL,
  published_at    timestamptz  NOT NULL DEFAULT now(),
  published_by    text         NOT NULL DEFAULT session_user,
  PRIMARY KEY (name, version),
  CHECK (document_sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex'))
);

CREATE TABLE templates (
  name            catalog_name NOT NULL,
  version         text         NOT NULL,
  ref             text         GENERATED ALWAYS AS (name::text || '@' || version) STORED UNIQUE,
  summary         text         NOT NULL,
  digest          sha256_hex   NOT NULL,
  document        text         NOT NULL,
  document_sha256 sha256_hex   NOT NULL,
  published_at    timestamptz  NOT NULL DEFAULT now(),
  published_by    text         NOT NULL DEFAULT session_user,
  PRIMARY KEY (name, version),
  CHECK (document_sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex'))
);

CREATE TABLE manifests (
  id              catalog_name PRIMARY KEY,
  summary         text         NOT NULL,
  template_ref    text         NOT NULL REFERENCES templates (ref),
  base            catalog_name NOT NULL REFERENCES bases (name),
  modules         text[]       NOT NULL,  -- name@version, bottom of the stack first
  module_names    text[]       NOT NULL,
  platforms       text[]       NOT NULL,  -- that manifest, base and modules all offer
  requires        text[]       NOT NULL,
  digest          sha256_hex   NOT NULL,  -- of the manifest and all that it pins
  document        text         NOT NULL,
  document_sha256 sha256_hex   NOT NULL,
  published_at    timestamptz  NOT NULL DEFAULT now(),
  published_by    text         NOT NULL DEFAULT session_user,
  CHECK (document_sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex'))
);

CREATE INDEX manifests_by_module ON manifests USING gin (modules);
CREATE INDEX manifests_by_module_name ON manifests USING gin (module_names);
CREATE INDEX manifests_by_base ON manifests (base);
CREATE INDEX manifests_by_template ON manifests (template_ref);

-- Arrays have no foreign keys; without this a manifest could name a module that is not there.
CREATE FUNCTION check_manifest_modules() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, public
AS $$
DECLARE
  missing text;
BEGIN
  SELECT wanted.ref INTO missing
    FROM unnest(NEW.modules) AS wanted (ref)
   WHERE NOT EXISTS (SELECT FROM public.modules m WHERE m.ref = wanted.ref)
   LIMIT 1;
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'manifest % names module %, which is not published', NEW.id, missing
      USING ERRCODE = 'foreign_key_violation',
            HINT = 'publish the module first, or in the same transaction';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER manifest_modules_exist BEFORE INSERT ON manifests
  FOR EACH ROW EXECUTE FUNCTION check_manifest_modules();

CREATE TRIGGER bases_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON bases
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('publish the change under a new base name');
CREATE TRIGGER modules_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON modules
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('publish the change as a new version');
CREATE TRIGGER templates_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON templates
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('publish the change as a new version');
CREATE TRIGGER manifests_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON manifests
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('publish the change as a new manifest ID');

GRANT SELECT ON bases, modules, templates, manifests
  TO lif_controlplane, lif_executor, lif_publisher, lif_janitor;
GRANT INSERT ON bases, modules, templates, manifests TO lif_publisher;
