CREATE SCHEMA IF NOT EXISTS `lake`.`marts`;

DROP SCHEMA IF EXISTS `lake`.`marts` CASCADE;

SELECT table_name AS name, table_type AS kind FROM `lake`.`marts`.INFORMATION_SCHEMA.TABLES ORDER BY table_name;

CREATE TABLE IF NOT EXISTS `lake`.`marts`.`events` (
  `id` STRING,
  `n` INT64,
  `occurred_at` DATETIME
);

ALTER TABLE `lake`.`marts`.`events` ADD COLUMN `n` INT64;

ALTER TABLE `lake`.`marts`.`events` DROP COLUMN `n`;

TRUNCATE TABLE `lake`.`marts`.`events`;

INSERT INTO `lake`.`marts`.`events` (`id`, `n`, `occurred_at`)
SELECT `id`, `n`, `occurred_at`
FROM `lake`.`marts`.`nxb_events`;

ALTER TABLE `lake`.`marts`.`nxb_events` RENAME TO `events`;

DROP TABLE IF EXISTS `lake`.`marts`.`events`;

CREATE TABLE IF NOT EXISTS `lake`.`marts`.`nexus_build_lock` (
  `name` STRING,
  `holder` STRING,
  `expires` INT64
);

INSERT INTO `lake`.`marts`.`nexus_build_lock` (`name`, `holder`, `expires`)
SELECT q.n, q.h, q.e FROM (SELECT CAST('build' AS STRING) AS n, CAST('' AS STRING) AS h, CAST(0 AS INT64) AS e) AS q
WHERE NOT EXISTS (SELECT 1 FROM `lake`.`marts`.`nexus_build_lock` AS t WHERE t.`name` = 'build');

UPDATE `lake`.`marts`.`nexus_build_lock` SET `holder` = 'it\'s me', `expires` = UNIX_MICROS(CURRENT_TIMESTAMP()) + 120000000
WHERE `name` = 'build' AND (`expires` < UNIX_MICROS(CURRENT_TIMESTAMP()) OR `holder` = 'it\'s me');

SELECT `holder` AS `holder`, `expires` - UNIX_MICROS(CURRENT_TIMESTAMP()) AS `left_micros` FROM `lake`.`marts`.`nexus_build_lock` WHERE `name` = 'build';

UPDATE `lake`.`marts`.`nexus_build_lock` SET `expires` = UNIX_MICROS(CURRENT_TIMESTAMP()) + 120000000 WHERE `name` = 'build' AND `holder` = 'it\'s me';

UPDATE `lake`.`marts`.`nexus_build_lock` SET `holder` = '', `expires` = 0 WHERE `name` = 'build' AND `holder` = 'it\'s me';

CREATE TABLE `lake`.`marts`.`laid_out` (
  `id` STRING,
  `n` INT64,
  `occurred_at` DATETIME
)
PARTITION BY DATETIME_TRUNC(`occurred_at`, MONTH)
CLUSTER BY `entity_id`, `event_id`;

CREATE TABLE `lake`.`marts`.`made`
PARTITION BY DATETIME_TRUNC(`occurred_at`, MONTH)
CLUSTER BY `entity_id`, `event_id` AS
SELECT 1 AS x;

BEGIN TRANSACTION;

COMMIT;

CREATE OR REPLACE VIEW `lake`.`marts`.`v` AS
SELECT 1 AS x;

CREATE OR REPLACE TABLE `lake`.`marts`.`events` AS
SELECT 1 AS x;

BEGIN
  DECLARE nx_round_1 BIGINT DEFAULT 0;
  DECLARE nx_left_1 BIGINT DEFAULT 0;
  DECLARE nx_round_2 BIGINT DEFAULT 0;
  DECLARE nx_left_2 BIGINT DEFAULT 0;
  SET nx_round_1 = 0;
  LOOP
    CREATE TABLE a AS
    SELECT 'it\'s' AS x;
    SET nx_round_2 = 0;
    LOOP
      DROP TABLE a;
      SET nx_left_2 = (
        SELECT count(*) FROM v
      );
      IF nx_left_2 = 0 THEN
        LEAVE;
      END IF;
      SET nx_round_2 = nx_round_2 + 1;
      IF nx_round_2 >= 9 THEN
        RAISE USING MESSAGE = 'inner has not ended after 9 rounds';
      END IF;
    END LOOP;
    SET nx_left_1 = (
      SELECT count(*) FROM w
    );
    IF nx_left_1 = 0 THEN
      LEAVE;
    END IF;
    SET nx_round_1 = nx_round_1 + 1;
    IF nx_round_1 >= 200 THEN
      RAISE USING MESSAGE = 'rounds has not ended after 200 rounds';
    END IF;
  END LOOP;
END;

