-- The package URL says what name and version alone do not: the distribution, the namespace.

ALTER TABLE packages ADD COLUMN purl text NOT NULL DEFAULT '';
