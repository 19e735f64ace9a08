-- Platforms that a published base gained later. A base's own row names those that it was published
-- with; both kinds are immutable, and no platform can be there twice.
--
-- document  a base with that platform alone, as JSON text (as in table bases)

CREATE TABLE base_platforms (
  base            catalog_name NOT NULL REFERENCES bases (name),
  platform        text         NOT NULL,
  ref             text         GENERATED ALWAYS AS (base::text || ' ' || platform) STORED UNIQUE,
  digest          sha256_hex   NOT NULL,
  document        text         NOT NULL,
  document_sha256 sha256_hex   NOT NULL,
  published_at    timestamptz  NOT NULL DEFAULT now(),
  published_by    text         NOT NULL DEFAULT session_user,
  PRIMARY KEY (base, platform),
  CHECK (document_sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex'))
);

CREATE FUNCTION check_base_platform() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, public
AS $$
BEGIN
  IF EXISTS (SELECT FROM public.bases b
              WHERE b.name = NEW.base AND NEW.platform = ANY (b.platforms)) THEN
    RAISE EXCEPTION 'base % was published with %', NEW.base, NEW.platform
      USING ERRCODE = 'unique_violation',
            HINT = 'give the new digest a base of a new name';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER base_platform_is_new BEFORE INSERT ON base_platforms
  FOR EACH ROW EXECUTE FUNCTION check_base_platform();
CREATE TRIGGER base_platforms_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON base_platforms
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('publish the change under a new base name');

GRANT SELECT ON base_platforms
  TO lif_controlplane, lif_executor, lif_publisher, lif_janitor;
GRANT INSERT ON base_platforms TO lif_publisher;
