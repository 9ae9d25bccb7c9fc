package redshift

import (
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse/insert"
)

func TestStatements(t *testing.T) {
	d, err := dialect.ByName("redshift")
	if err != nil {
		t.Fatal(err)
	}
	tuple, err := insert.Tuple(d, []any{int64(-1), nil, "it's\n\\", true, time.Date(2024, 5, 1, 2, 0, 0, 1000, time.FixedZone("", 7200))})
	if err != nil {
		t.Fatal(err)
	}
	temporary, err := insertSession(d, "t", []sql.ColumnDef{{Name: "a", Type: sql.Bigint}})
	if err != nil {
		t.Fatal(err)
	}
	parsed := insertParsed(d, []string{"t"}, []string{"s", "u"}, []string{"a", "b"}, "b")
	staged := copyStaged(d, []string{"s", "u"}, []string{"a"}, "s3://b/p/", "arn:r", "eu-west-1")
	for got, want := range map[string]string{
		tuple: `(-1, NULL, 'it''s\n\\', TRUE, TIMESTAMP '2024-05-01 00:00:00.000001')`,
		insertRows(d, []string{"t"}, []string{"a", "b"}, []string{"(1, 2)", "(3, 4)"}): "INSERT INTO \"t\" (\"a\", \"b\") VALUES\n(1, 2),\n(3, 4)",
		temporary: "CREATE TEMPORARY TABLE \"t\" (\n  \"a\" BIGINT\n)",
		parsed:    "INSERT INTO \"s\".\"u\" (\"a\", \"b\")\nSELECT \"a\", JSON_PARSE(\"b\") FROM \"t\"",
		staged:    `COPY "s"."u" ("a") FROM 's3://b/p/' IAM_ROLE 'arn:r' REGION 'eu-west-1' FORMAT JSON 'auto' GZIP TIMEFORMAT 'auto' COMPUPDATE OFF`,
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if _, err := insert.Tuple(d, []any{1.5}); err == nil {
		t.Error("a double in a row")
	}
}
