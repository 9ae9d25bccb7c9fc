package render

import (
	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// Loading through a stage, which Snowflake has: files are put into it, copied line by line
// into a work table, and what the lines hold is inserted.

// Stage is the statements that load files into a raw relation.
type Stage struct {
	d            *dialect.Dialect
	stage, lines []string
}

// NewStage names the stage and the table of lines beside the relation at path.
func NewStage(d *dialect.Dialect, path []string, name string) (*Stage, error) {
	if d.Name != "snowflake" {
		return nil, &UnsupportedError{Dialect: d.Name, What: "a stage for files"}
	}
	at := func(name string) []string { return append(append([]string{}, path[:len(path)-1]...), name) }
	return &Stage{d: d, stage: at(name + "_stage"), lines: at(name)}, nil
}

// Create makes the stage, which the session's end removes too, and the table of lines.
func (s *Stage) Create() []string {
	return []string{
		"CREATE TEMPORARY STAGE " + Path(s.d, s.stage),
		"CREATE TRANSIENT TABLE " + Path(s.d, s.lines) + " (" + Ident(s.d, "line") + " VARCHAR)",
	}
}

// Put uploads a file that is compressed already.
func (s *Stage) Put(file string) string {
	return "PUT " + Text(s.d, "file://"+file) + " @" + Path(s.d, s.stage) + " AUTO_COMPRESS = FALSE SOURCE_COMPRESSION = GZIP OVERWRITE = TRUE"
}

// Copy reads all files of the stage as CSV of one quoted column, which is the one form in which no byte of a
// line means anything but the quote, and a bad line fails all.
func (s *Stage) Copy() string {
	return "COPY INTO " + Path(s.d, s.lines) + " FROM @" + Path(s.d, s.stage) +
		" FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"') ON_ERROR = ABORT_STATEMENT PURGE = TRUE"
}

// Insert adds the rows that the lines hold to a raw relation: each line is an object of the columns' values,
// instants as microseconds.
func (s *Stage) Insert(path []string, columns []StageColumn) string {
	names := make([]string, len(columns))
	values := make([]string, len(columns))
	for i, c := range columns {
		names[i] = Ident(s.d, c.Name)
		values[i] = "l.r[" + Text(s.d, c.Key) + "]"
		switch c.Kind {
		case StageText:
			values[i] = "CAST(" + values[i] + " AS VARCHAR)"
		case StageNumber:
			values[i] = "CAST(" + values[i] + " AS BIGINT)"
		case StageInstant:
			values[i] = "CAST(TO_TIMESTAMP_NTZ(CAST(" + values[i] + " AS BIGINT), 6) AS TIMESTAMP_NTZ(6))"
		case StageFlag:
			values[i] = "CAST(" + values[i] + " AS BOOLEAN)"
		}
	}
	return "INSERT INTO " + Path(s.d, path) + " (" + wrap(names) + ")\nSELECT\n  " + wrap(values) +
		"\nFROM (\n  SELECT PARSE_JSON(" + Ident(s.d, "line") + ") AS r FROM " + Path(s.d, s.lines) + "\n) AS l"
}

// Drop removes both.
func (s *Stage) Drop() []string {
	return []string{"DROP TABLE IF EXISTS " + Path(s.d, s.lines), "DROP STAGE IF EXISTS " + Path(s.d, s.stage)}
}

// StageKind is how a line holds a value.
type StageKind uint8

// The kinds of values that lines hold.
const (
	StageText StageKind = iota
	StageNumber
	StageInstant // microseconds since 1970
	StageFlag
	StageDocument
)

// StageColumn is a column of the relation and the name of its value in a line.
type StageColumn struct {
	Name, Key string
	Kind      StageKind
}
