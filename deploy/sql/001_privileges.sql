-- Nobody but the owner makes anything in this database. Each role gets what it needs, table by
-- table, in the migration that makes the table. The roles themselves exist before (lif-migrate
-- makes them when it runs as a superuser).

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public
  TO lif_controlplane, lif_executor, lif_publisher, lif_janitor;

DO $$
BEGIN
  -- TEMPORARY would let a reader make tables of its own.
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format(
    'GRANT CONNECT ON DATABASE %I TO lif_controlplane, lif_executor, lif_publisher, lif_janitor',
    current_database());
END
$$;

-- New functions are executable by all unless told otherwise.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Fires before UPDATE, DELETE and TRUNCATE of every table below: grants keep the roles out, this
-- keeps out the owner's own slip.
CREATE FUNCTION refuse_change() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog
AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation',
          HINT = TG_ARGV[0];
END
$$;
