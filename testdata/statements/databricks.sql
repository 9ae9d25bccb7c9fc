CREATE SCHEMA IF NOT EXISTS `lake`.`marts`;

DROP SCHEMA IF EXISTS `lake`.`marts` CASCADE;

SHOW TABLES IN `lake`.`marts`;

SHOW VIEWS IN `lake`.`marts`;

CREATE TABLE IF NOT EXISTS `lake`.`marts`.`events` (
  `id` STRING,
  `n` BIGINT,
  `occurred_at` TIMESTAMP_NTZ
);

ALTER TABLE `lake`.`marts`.`events` ADD COLUMN `n` BIGINT;

ALTER TABLE `lake`.`marts`.`events` DROP COLUMN `n`;

DELETE FROM `lake`.`marts`.`events`;

INSERT INTO `lake`.`marts`.`events` (`id`, `n`, `occurred_at`)
SELECT `id`, `n`, `occurred_at`
FROM `lake`.`marts`.`nxb_events`;

ALTER TABLE `lake`.`marts`.`nxb_events` RENAME TO `lake`.`marts`.`events`;

DROP TABLE IF EXISTS `lake`.`marts`.`events`;

CREATE TABLE IF NOT EXISTS `lake`.`marts`.`nexus_build_lock` (
  `name` STRING,
  `holder` STRING,
  `expires` BIGINT
);

INSERT INTO `lake`.`marts`.`nexus_build_lock` (`name`, `holder`, `expires`)
SELECT q.n, q.h, q.e FROM (SELECT CAST('build' AS STRING) AS n, CAST('' AS STRING) AS h, CAST(0 AS BIGINT) AS e) AS q
WHERE NOT EXISTS (SELECT 1 FROM `lake`.`marts`.`nexus_build_lock` AS t WHERE t.`name` = 'build');

UPDATE `lake`.`marts`.`nexus_build_lock` SET `holder` = 'it\'s me', `expires` = unix_micros(current_timestamp()) + 120000000
WHERE `name` = 'build' AND (`expires` < unix_micros(current_timestamp()) OR `holder` = 'it\'s me');

SELECT `holder` AS `holder`, `expires` - unix_micros(current_timestamp()) AS `left_micros` FROM `lake`.`marts`.`nexus_build_lock` WHERE `name` = 'build';

UPDATE `lake`.`marts`.`nexus_build_lock` SET `expires` = unix_micros(current_timestamp()) + 120000000 WHERE `name` = 'build' AND `holder` = 'it\'s me';

UPDATE `lake`.`marts`.`nexus_build_lock` SET `holder` = '', `expires` = 0 WHERE `name` = 'build' AND `holder` = 'it\'s me';

CREATE OR REPLACE TABLE `lake`.`marts`.`journal` AS
SELECT CAST('events' AS STRING) AS `relation`, CAST('nxb_' AS STRING) AS `slot`, CAST('switching' AS STRING) AS `state`
UNION ALL SELECT CAST('gone' AS STRING) AS `relation`, CAST('' AS STRING) AS `slot`, CAST('published' AS STRING) AS `state`;

SELECT `relation`, `slot`, `state` = 'published' AS `done` FROM `lake`.`marts`.`journal`;

CREATE OR REPLACE VIEW `lake`.`marts`.`events` AS
SELECT * FROM `lake`.`marts`.`nxb_events`;

BEGIN
  DECLARE nx_round_1 BIGINT DEFAULT 0;
  DECLARE nx_left_1 BIGINT DEFAULT 0;
  DECLARE nx_round_2 BIGINT DEFAULT 0;
  DECLARE nx_left_2 BIGINT DEFAULT 0;
  SET nx_round_1 = 0;
  nx_loop_1: LOOP
    CREATE TABLE a AS
    SELECT 'it''s' AS x;
    SET nx_round_2 = 0;
    nx_loop_2: LOOP
      DROP TABLE a;
      SET nx_left_2 = (
        SELECT count(*) FROM v
      );
      IF nx_left_2 = 0 THEN
        LEAVE nx_loop_2;
      END IF;
      SET nx_round_2 = nx_round_2 + 1;
      IF nx_round_2 >= 9 THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'inner has not ended after 9 rounds';
      END IF;
    END LOOP nx_loop_2;
    SET nx_left_1 = (
      SELECT count(*) FROM w
    );
    IF nx_left_1 = 0 THEN
      LEAVE nx_loop_1;
    END IF;
    SET nx_round_1 = nx_round_1 + 1;
    IF nx_round_1 >= 200 THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'rounds has not ended after 200 rounds';
    END IF;
  END LOOP nx_loop_1;
END;

