// Package load turns files into rows of the raw envelope: NDJSON, JSON, CSV and
// Parquet, plain or gzipped, in the layouts of the common loaders. It reads in
// one pass, in bounded memory and on several cores, and loses nothing silently:
// a row that cannot be taken is counted by source, table and reason, with places.
package load

import (
	"time"
	"unicode/utf8"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/config"
)

// Row is one row of <source>_<table>_raw.
type Row = warehouse.RawRow

// Writer takes rows for one raw relation.
type Writer = warehouse.RawWriter

// Table says what to load and how to read it.
type Table struct {
	Source string
	Name   string
	Dir    string   // the folder that Files are relative to
	Files  []string // paths and globs; ** matches folders

	Format      string // auto, ndjson, json, csv, parquet
	Compression string // auto, none, gzip
	Delimiter   rune   // csv; 0 is a comma, or a tab for .tsv
	Lenient     bool   // csv: a stray quote is a character; such records are taken and counted
	Records     string // json: the path of the array, $.data
	MaxRecord   int    // bytes; 0 is DefaultMaxRecord

	Preset  string            // see Presets; "" is plain
	Columns map[string]string // envelope column to member, over the preset's

	// What holds where the rows do not say.
	Connection, Account, APIVersion, RecordFormat string
	// ConnectionFromPath and AccountFromPath take each file's File.Part for it.
	ConnectionFromPath, AccountFromPath bool
	IngestedAt                          time.Time
}

// Of says how a table is read according to the project file in dir.
func Of(dir, source, name string, t config.Table) Table {
	out := Table{
		Source: source, Name: name, Dir: dir, Files: t.Files, Format: t.Format, Compression: t.Compression, Records: t.Records,
		MaxRecord: t.MaxRecord, Preset: t.Preset, Columns: t.Columns,
		Connection: t.Connection.Text, ConnectionFromPath: t.Connection.From != "", Account: t.Account.Text, AccountFromPath: t.Account.From != "",
		APIVersion: t.APIVersion, RecordFormat: t.RecordFormat, Lenient: t.Lenient,
	}
	if t.Delimiter != "" {
		out.Delimiter, _ = utf8.DecodeRuneInString(t.Delimiter)
	}
	if t.IngestedAt != "" {
		out.IngestedAt, _ = config.ParseInstant(t.IngestedAt) // the project file was checked
	}
	return out
}

// DefaultMaxRecord is the size above which a record is rejected, in bytes.
const DefaultMaxRecord = 16 << 20

// MaxDepth is how deep a record may be nested; warehouses differ in what they bear.
const MaxDepth = 256

// Epoch is the _ingested_at of rows of which nothing says when they were loaded.
// It is a constant, not the clock or a file's date, so that the same files always give the same rows.
func Epoch() time.Time { return time.Unix(0, 0).UTC() }
