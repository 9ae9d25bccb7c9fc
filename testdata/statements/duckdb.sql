CREATE SCHEMA IF NOT EXISTS "lake"."marts";

DROP SCHEMA IF EXISTS "lake"."marts" CASCADE;

SELECT table_name AS name, table_type AS kind FROM information_schema.tables WHERE table_catalog = 'lake' AND table_schema = 'marts' ORDER BY table_name;

CREATE TABLE IF NOT EXISTS "lake"."marts"."events" (
  "id" VARCHAR,
  "n" BIGINT,
  "occurred_at" TIMESTAMP
);

ALTER TABLE "lake"."marts"."events" ADD COLUMN "n" BIGINT;

ALTER TABLE "lake"."marts"."events" DROP COLUMN "n";

DELETE FROM "lake"."marts"."events";

INSERT INTO "lake"."marts"."events" ("id", "n", "occurred_at")
SELECT "id", "n", "occurred_at"
FROM "lake"."marts"."nxb_events";

ALTER TABLE "lake"."marts"."nxb_events" RENAME TO "events";

DROP TABLE IF EXISTS "lake"."marts"."events";

CREATE TABLE IF NOT EXISTS "lake"."marts"."nexus_build_lock" (
  "name" VARCHAR,
  "holder" VARCHAR,
  "expires" BIGINT
);

INSERT INTO "lake"."marts"."nexus_build_lock" ("name", "holder", "expires")
SELECT q.n, q.h, q.e FROM (SELECT CAST('build' AS VARCHAR) AS n, CAST('' AS VARCHAR) AS h, CAST(0 AS BIGINT) AS e) AS q
WHERE NOT EXISTS (SELECT 1 FROM "lake"."marts"."nexus_build_lock" AS t WHERE t."name" = 'build');

UPDATE "lake"."marts"."nexus_build_lock" SET "holder" = 'it''s me', "expires" = epoch_us(now()) + 120000000
WHERE "name" = 'build' AND ("expires" < epoch_us(now()) OR "holder" = 'it''s me');

SELECT "holder" AS "holder", "expires" - epoch_us(now()) AS "left_micros" FROM "lake"."marts"."nexus_build_lock" WHERE "name" = 'build';

UPDATE "lake"."marts"."nexus_build_lock" SET "expires" = epoch_us(now()) + 120000000 WHERE "name" = 'build' AND "holder" = 'it''s me';

UPDATE "lake"."marts"."nexus_build_lock" SET "holder" = '', "expires" = 0 WHERE "name" = 'build' AND "holder" = 'it''s me';

BEGIN TRANSACTION;

COMMIT;

-- Repeat rounds until its last query gives 0.

CREATE TABLE a AS
SELECT 'it''s' AS x;

-- Repeat inner until its last query gives 0.

DROP TABLE a;

SELECT count(*) FROM v;

-- End of inner.

SELECT count(*) FROM w;

-- End of rounds.

