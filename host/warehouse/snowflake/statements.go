package snowflake

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
)

// Raw rows are loaded through a stage: files are put into it, copied line by line
// into a work table, and what the lines hold is inserted.

// stage is the statements that load files into a raw relation.
type stage struct {
	d            *dialect.Dialect
	stage, lines []string
}

// newStage names the stage and the table of lines beside the relation at path.
func newStage(d *dialect.Dialect, path []string, name string) *stage {
	at := func(name string) []string { return append(append([]string{}, path[:len(path)-1]...), name) }
	return &stage{d: d, stage: at(name + "_stage"), lines: at(name)}
}

// create makes the stage, which the session's end removes too, and the table of lines.
func (s *stage) create() []string {
	return []string{
		"CREATE TEMPORARY STAGE " + render.Path(s.d, s.stage),
		"CREATE TRANSIENT TABLE " + render.Path(s.d, s.lines) + " (" + render.Ident(s.d, "line") + " VARCHAR)",
	}
}

// put uploads a file that is compressed already.
func (s *stage) put(file string) string {
	return "PUT " + render.Text(s.d, "file://"+file) + " @" + render.Path(s.d, s.stage) + " AUTO_COMPRESS = FALSE SOURCE_COMPRESSION = GZIP OVERWRITE = TRUE"
}

// copy reads all files of the stage as CSV of one quoted column, which is the one form in which no byte of a
// line means anything but the quote, and a bad line fails all.
func (s *stage) copy() string {
	return "COPY INTO " + render.Path(s.d, s.lines) + " FROM @" + render.Path(s.d, s.stage) +
		" FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"') ON_ERROR = ABORT_STATEMENT PURGE = TRUE"
}

// insert adds the rows that the lines hold to a raw relation: each line is an object of the columns' values,
// instants as microseconds.
func (s *stage) insert(path []string, columns []stageColumn) string {
	names := make([]string, len(columns))
	values := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
		values[i] = "l.r[" + render.Text(s.d, c.Key) + "]"
		switch c.Kind {
		case stageText:
			values[i] = "CAST(" + values[i] + " AS VARCHAR)"
		case stageNumber:
			values[i] = "CAST(" + values[i] + " AS BIGINT)"
		case stageInstant:
			values[i] = "CAST(TO_TIMESTAMP_NTZ(CAST(" + values[i] + " AS BIGINT), 6) AS TIMESTAMP_NTZ(6))"
		case stageFlag:
			values[i] = "CAST(" + values[i] + " AS BOOLEAN)"
		}
	}
	return render.InsertSelect(s.d, path, names, "SELECT\n  "+strings.Join(values, ",\n  ")+
		"\nFROM (\n  SELECT PARSE_JSON("+render.Ident(s.d, "line")+") AS r FROM "+render.Path(s.d, s.lines)+"\n) AS l")
}

// drop removes both.
func (s *stage) drop() []string {
	return []string{"DROP TABLE IF EXISTS " + render.Path(s.d, s.lines), "DROP STAGE IF EXISTS " + render.Path(s.d, s.stage)}
}

// stageKind is how a line holds a value.
type stageKind uint8

// The kinds of values that lines hold.
const (
	stageText stageKind = iota
	stageNumber
	stageInstant // microseconds since 1970
	stageFlag
	stageDocument
)

// stageColumn is a column of the relation and the name of its value in a line.
type stageColumn struct {
	Name, Key string
	Kind      stageKind
}
