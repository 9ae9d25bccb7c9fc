package redshifttest

import (
	"strings"
	"testing"
)

func TestRewrite(t *testing.T) {
	for from, want := range map[string]string{
		`SELECT 'it''s \' "a"."b"."c"' AS "x"`:                                                           `SELECT 'it''s \' "a"."b"."c"' AS "x"`,
		`SELECT TRY_CAST(f(a, 'AS') AS DECIMAL(27,9)) AS "x"`:                                            `SELECT nx_try_decimal(f(a, 'AS') , 27,9) AS "x"`,
		`SELECT DATEADD(day, TRY_CAST(b AS BIGINT), c)`:                                                  `SELECT DATEADD('day', nx_try_bigint(b ), c)`,
		`SELECT CAST(f(a, CAST(b AS INT)) AS SUPER) AS "x"`:                                              `SELECT nx_super(f(a, CAST(b AS INT)) ) AS "x"`,
		`SELECT "t"."doc"."a'b"[2]."c" AS "x" FROM "s"."t" AS "t"`:                                       `SELECT nx_member(nx_element(nx_member("t"."doc", 'a''b'), 2), 'c') AS "x" FROM "s"."t" AS "t"`,
		`DROP TABLE "lake"."marts"."t"`:                                                                  `DROP TABLE "lake"."marts"."t"`,
		`SELECT "p"."k" AS "k", "v" AS "v" FROM (SELECT 1) AS "p", "p"."list" AS "v" AT "i" WHERE 1 = 1`: `SELECT "p"."k" AS "k", "v" AS "v" FROM (SELECT 1 OFFSET 0) AS "p" CROSS JOIN LATERAL nx_unnest("p"."list") AS nx_u1("v", "i") WHERE 1 = 1`,
		`SELECT LISTAGG(x, ',') WITHIN GROUP (ORDER BY y)`:                                               `SELECT string_agg(NULLIF(x, ''), ',' ORDER BY y)`,
		`SELECT a AS "a" FROM t QUALIFY n = 1`:                                                           `SELECT "a" FROM (SELECT a AS "a" , ( n = 1) AS nx_q FROM t ) AS nx_qualified WHERE nx_q `,
		`SELECT CAST(a AS DECIMAL(27,9)) / NULLIF(CAST(b AS DECIMAL(27,9)), 0)`:                          `SELECT CAST(a AS DECIMAL(27,9)) / nx_over(NULLIF(CAST(b AS DECIMAL(27,9)), 0), 11)`,
		`CREATE TABLE "a"."b" DISTKEY ("x") SORTKEY ("y") AS SELECT 1`:                                   `CREATE TABLE "a"."b"   AS SELECT 1`,
		`WITH "a" AS (SELECT 1), "b" ("x") AS (SELECT 2) SELECT CAST((SELECT 3) AS BIGINT) AS "x" FROM t AS "t" JOIN (SELECT 4) AS "u"`: `WITH "a" AS MATERIALIZED (SELECT 1), "b" ("x") AS MATERIALIZED (SELECT 2) ` +
			`SELECT CAST((SELECT 3) AS BIGINT) AS "x" FROM t AS "t" JOIN (SELECT 4 OFFSET 0) AS "u"`,
	} {
		if got, err := Rewrite(from); err != nil || got != want {
			t.Errorf("%s\ngot  %s, %v\nwant %s", from, got, err, want)
		}
	}
	for _, broken := range []string{`SELECT 'a`, `SELECT (1`, `SELECT 1)`} {
		if _, err := Rewrite(broken); err == nil {
			t.Errorf("%s passes", broken)
		}
	}
}

func TestScale(t *testing.T) {
	for _, c := range [][5]int{{8, 2, 8, 2, 9}, {38, 9, 38, 9, 4}, {27, 9, 27, 9, 11}} {
		if got := scale(c[0], c[1], c[2], c[3]); got != c[4] {
			t.Errorf("%v: got %d", c, got)
		}
	}
}

// Statements reach the server rewritten, other messages as they are.
func TestForward(t *testing.T) {
	var out strings.Builder
	message := append([]byte("Q\x00\x00\x00\x00"), "SELECT OBJECT('a', 1)\x00"...)
	message[4] = byte(len(message) - 1)
	if err := forward(&out, strings.NewReader("\x00\x00\x00\x08abcd"+string(message)+"S\x00\x00\x00\x04")); err == nil {
		t.Error("the end of a connection is no error")
	}
	if got, want := out.String(), "\x00\x00\x00\x08abcdQ\x00\x00\x00\x26SELECT jsonb_build_object('a', 1)\x00S\x00\x00\x00\x04"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
