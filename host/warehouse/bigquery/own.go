package bigquery

import (
	"context"
	"errors"
	"net/http"
	"time"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/googleapi"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

var _ warehouse.SchemaMaker = (*Warehouse)(nil)

// leftFor is how long the tables of a build that was killed stay in the dataset of its own, if no other build drops them.
const leftFor = 7 * 24 * time.Hour

// MakeSchema creates a dataset in the place of one that a build may have left, in the location of the dataset beside it. A
// statement would create it where its job runs, and a job without tables runs in the United States unless it is told.
func (w *Warehouse) MakeSchema(ctx context.Context, name, beside string) error {
	if err := w.DropSchema(ctx, name); err != nil {
		return err
	}
	location := w.options.Location
	at, err := w.client.Dataset(beside).Metadata(ctx)
	switch {
	case err == nil:
		location = at.Location
	case !failedWith(err, http.StatusNotFound): // then the build makes it, where its jobs run
		return w.wrap(ctx, err)
	}
	err = w.client.Dataset(name).Create(ctx, &bigquery.DatasetMetadata{
		Location: location, DefaultTableExpiration: leftFor, Description: "What a build of nexus-host works with; it is dropped at its end.",
	})
	if failedWith(err, http.StatusConflict) { // an earlier attempt arrived
		return nil
	}
	return w.wrap(ctx, err)
}

// DropSchema drops a dataset and all that it holds, if it is there.
func (w *Warehouse) DropSchema(ctx context.Context, name string) error {
	if err := w.client.Dataset(name).DeleteWithContents(ctx); !failedWith(err, http.StatusNotFound) {
		return w.wrap(ctx, err)
	}
	return nil
}

func failedWith(err error, code int) bool {
	e, ok := errors.AsType[*googleapi.Error](err)
	return ok && e.Code == code
}
