package bigquery

import (
	"context"

	"cloud.google.com/go/bigquery"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// QueryReadOnly runs a statement of a user's, in which names of a dataset need no dataset. BigQuery
// reads it first, in a dry run that runs and costs nothing, and only what it calls a SELECT is run.
func (w *Warehouse) QueryReadOnly(ctx context.Context, schema []string, s readonly.Statement) (warehouse.Rows, error) {
	leave, err := w.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	query := func() *bigquery.Query {
		q := w.query(s.Text)
		q.DefaultProjectID, q.DefaultDatasetID = w.options.Project, schema[len(schema)-1]
		return q
	}
	kind, err := w.statementType(ctx, query())
	if err != nil {
		return nil, err
	}
	// A stand-in for BigQuery, which is at an endpoint of its own, may not say.
	if kind != "SELECT" && !(kind == "" && w.options.Credentials.Endpoint != "") {
		return nil, &readonly.Error{Reason: "to BigQuery this is no SELECT but " + kind}
	}
	job, _, err := w.endedQuery(ctx, query)
	if err != nil {
		return nil, err
	}
	return w.read(ctx, job)
}

// statementType is what BigQuery calls a statement, "" if it does not say.
func (w *Warehouse) statementType(ctx context.Context, q *bigquery.Query) (string, error) {
	status, err := w.dryRun(ctx, q)
	if err != nil || status.Statistics == nil {
		return "", err
	}
	if details, ok := status.Statistics.Details.(*bigquery.QueryStatistics); ok {
		return details.StatementType, nil
	}
	return "", nil
}
