package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	driverdb "github.com/duckdb/duckdb-go/v2"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// ReadParquet returns the rows of a Parquet file as JSON objects, in the file's order. It reads
// in a database of its own in memory, which may open that one file and nothing else.
func ReadParquet(ctx context.Context, path string, row func(object []byte) error) (err error) {
	d, err := dialect.ByName("duckdb")
	if err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	connector, err := driverdb.NewConnector("", func(conn driver.ExecerContext) error {
		for _, c := range confine(d, path) {
			if _, err := conn.ExecContext(ctx, c, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1) // the session is confined once
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, readParquet(d, path))
	if err != nil {
		return execError(ctx, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var object sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&object); err != nil {
			return execError(ctx, err)
		}
		if err := row(object); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return execError(ctx, err)
	}
	return nil
}
