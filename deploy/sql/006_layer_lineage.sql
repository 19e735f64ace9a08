-- What a layer of the ledger was built on: following it tells the generation of every layer in an
-- image. Both columns are null for a layer that stands on the base.

ALTER TABLE layers
  ADD COLUMN below_key        sha256_hex,
  ADD COLUMN below_generation bigint,
  ADD CONSTRAINT layers_below FOREIGN KEY (below_key, below_generation)
    REFERENCES layers (layer_key, generation) MATCH FULL,
  ADD CONSTRAINT layers_have_diff_ids CHECK (cardinality(diff_ids) > 0),
  ADD CONSTRAINT layers_are_measured CHECK (size >= 0 AND duration_us >= 0);

-- An image holds the layers that it was built on, whole and first. A row that says otherwise would
-- give one (layer key, generation) two lists of diffIDs.
CREATE FUNCTION check_layer_below() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, public
AS $$
DECLARE
  below text[];
BEGIN
  IF NEW.below_key IS NULL THEN
    RETURN NEW;
  END IF;
  SELECT l.diff_ids INTO below FROM public.layers l
   WHERE l.layer_key = NEW.below_key AND l.generation = NEW.below_generation;
  -- One that is not there is the foreign key's to refuse.
  IF below IS NOT NULL AND NEW.diff_ids[1:cardinality(below)] IS DISTINCT FROM below THEN
    RAISE EXCEPTION 'layer %.% does not begin with the diffIDs of %.%, which it stands on',
                    NEW.layer_key, NEW.generation, NEW.below_key, NEW.below_generation
      USING ERRCODE = 'check_violation',
            HINT = 'build it on the image that the ledger names for the layer below';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER layer_continues_below BEFORE INSERT ON layers
  FOR EACH ROW EXECUTE FUNCTION check_layer_below();
