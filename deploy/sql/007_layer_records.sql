-- Jobs of every kind leave a record, and a record says which layers it stands on, what it moved and
-- what reuse saved. Sizes are bytes, durations µs. Records from before have the defaults.

ALTER TABLE records
  ADD COLUMN kind           text    NOT NULL DEFAULT 'image'
    CONSTRAINT records_have_a_kind CHECK (kind IN ('layer', 'image', 'index')),
  ADD COLUMN base_image     text    NOT NULL DEFAULT '',  -- repository@digest, or ''
  ADD COLUMN image_size     bigint  NOT NULL DEFAULT 0,   -- compressed blobs of the whole image
  ADD COLUMN bytes_pushed   bigint  NOT NULL DEFAULT 0,
  ADD COLUMN bytes_pulled   bigint  NOT NULL DEFAULT 0,
  ADD COLUMN bytes_unpacked bigint  NOT NULL DEFAULT 0,
  ADD COLUMN saved_layers   integer NOT NULL DEFAULT 0,
  ADD COLUMN saved_us       bigint  NOT NULL DEFAULT 0,
  ADD CONSTRAINT records_are_measured CHECK (
    image_size >= 0 AND bytes_pushed >= 0 AND bytes_pulled >= 0 AND bytes_unpacked >= 0
    AND saved_layers >= 0 AND saved_us >= 0);

CREATE INDEX records_by_kind ON records (kind, build_id DESC);

-- layer_generation is from now on 0 where the layer has no row in the ledger of its own.
ALTER TABLE record_layers
  ADD COLUMN built_by    text   NOT NULL DEFAULT '',   -- build that executed it, or ''
  ADD COLUMN digest      text   NOT NULL DEFAULT '',   -- of its row in the ledger, or ''
  ADD COLUMN diff_ids    text[] NOT NULL DEFAULT '{}', -- that the row adds
  ADD COLUMN size        bigint NOT NULL DEFAULT 0,
  ADD COLUMN duration_us bigint NOT NULL DEFAULT 0;
