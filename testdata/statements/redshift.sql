CREATE SCHEMA IF NOT EXISTS "lake"."marts";

DROP SCHEMA IF EXISTS "lake"."marts" CASCADE;

SELECT table_name AS name, table_type AS kind FROM information_schema.tables WHERE table_catalog = 'lake' AND table_schema = 'marts' ORDER BY table_name;

CREATE TABLE IF NOT EXISTS "lake"."marts"."events" (
  "id" VARCHAR(65535),
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

DROP TABLE IF EXISTS "lake"."marts"."events" CASCADE;

CREATE TABLE IF NOT EXISTS "lake"."marts"."nexus_build_lock" (
  "name" VARCHAR(65535),
  "holder" VARCHAR(65535),
  "expires" BIGINT
);

INSERT INTO "lake"."marts"."nexus_build_lock" ("name", "holder", "expires")
SELECT q.n, q.h, q.e FROM (SELECT CAST('build' AS VARCHAR(65535)) AS n, CAST('' AS VARCHAR(65535)) AS h, CAST(0 AS BIGINT) AS e) AS q
WHERE NOT EXISTS (SELECT 1 FROM "lake"."marts"."nexus_build_lock" AS t WHERE t."name" = 'build');

UPDATE "lake"."marts"."nexus_build_lock" SET "holder" = 'it''s me', "expires" = DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', GETDATE()) + 120000000
WHERE "name" = 'build' AND ("expires" < DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', GETDATE()) OR "holder" = 'it''s me');

SELECT "holder" AS "holder", "expires" - DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', GETDATE()) AS "left_micros" FROM "lake"."marts"."nexus_build_lock" WHERE "name" = 'build';

UPDATE "lake"."marts"."nexus_build_lock" SET "expires" = DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', GETDATE()) + 120000000 WHERE "name" = 'build' AND "holder" = 'it''s me';

UPDATE "lake"."marts"."nexus_build_lock" SET "holder" = '', "expires" = 0 WHERE "name" = 'build' AND "holder" = 'it''s me';

BEGIN TRANSACTION;

COMMIT;

CREATE OR REPLACE PROCEDURE "lake"."marts"."nxw_rounds"() AS $$
DECLARE
  nx_round_1 bigint := 0;
  nx_left_1 bigint := 0;
  nx_round_2 bigint := 0;
  nx_left_2 bigint := 0;
BEGIN
  nx_round_1 := 0;
  LOOP
    EXECUTE 'CREATE TABLE a AS
    SELECT ''it''''s'' AS x';
    nx_round_2 := 0;
    LOOP
      EXECUTE 'DROP TABLE a';
      EXECUTE 'SELECT count(*) FROM v' INTO nx_left_2;
      IF nx_left_2 = 0 THEN
        EXIT;
      END IF;
      nx_round_2 := nx_round_2 + 1;
      IF nx_round_2 >= 9 THEN
        RAISE EXCEPTION 'inner has not ended after 9 rounds';
      END IF;
    END LOOP;
    EXECUTE 'SELECT count(*) FROM w' INTO nx_left_1;
    IF nx_left_1 = 0 THEN
      EXIT;
    END IF;
    nx_round_1 := nx_round_1 + 1;
    IF nx_round_1 >= 200 THEN
      RAISE EXCEPTION 'rounds has not ended after 200 rounds';
    END IF;
  END LOOP;
END;
$$ LANGUAGE plpgsql;

CALL "lake"."marts"."nxw_rounds"();

DROP PROCEDURE "lake"."marts"."nxw_rounds"();

