package bigquery

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cloud.google.com/go/bigquery"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Exec runs a statement and returns how many rows it wrote.
func (w *Warehouse) Exec(ctx context.Context, statement string) (int64, error) {
	_, rows, err := w.exec(ctx, statement)
	return rows, err
}

// Transact runs statements in one transaction: all of them or none. BigQuery has no
// transactions over CREATE, DROP and ALTER of tables. All of it is one script, and so one job.
func (w *Warehouse) Transact(ctx context.Context, statements []string) error {
	if len(statements) == 0 {
		return nil
	}
	begin, err := render.Begin(w.dialect)
	if err != nil {
		return fmt.Errorf("bigquery: %w", err)
	}
	script := append(append([]string{begin}, statements...), render.Commit(w.dialect))
	_, _, err = w.exec(ctx, strings.Join(script, ";\n"))
	return err
}

// exec runs a statement to its end, when its turn has come.
func (w *Warehouse) exec(ctx context.Context, statement string) (*bigquery.Job, int64, error) {
	leave, err := w.enter(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer leave()
	return w.ended(ctx, statement)
}

// ended runs a statement to its end, again where the server failed by its own fault: a job
// that failed has written nothing.
func (w *Warehouse) ended(ctx context.Context, statement string) (job *bigquery.Job, rows int64, err error) {
	return w.endedQuery(ctx, func() *bigquery.Query { return w.query(statement) })
}

func (w *Warehouse) endedQuery(ctx context.Context, query func() *bigquery.Query) (job *bigquery.Job, rows int64, err error) {
	policy := w.retry
	policy.Name = "job"
	policy.Classify = failedJob
	err = retry.Do(ctx, policy, func(ctx context.Context) (err error) {
		job, rows, err = w.run(ctx, query())
		return err
	})
	return job, rows, w.wrap(ctx, err)
}

// failedJob is the verdict on a job that ended with an error. What failed before there was
// a job, the transport has repeated already.
func failedJob(err error) retry.Verdict {
	if _, ok := errors.AsType[*bigquery.Error](err); ok {
		if class, ok := byReason(err); ok {
			return retry.Verdict{Class: class}
		}
	}
	return retry.Verdict{}
}

// query is a statement that has not been sent.
func (w *Warehouse) query(statement string) *bigquery.Query {
	q := w.client.Query(statement)
	q.Labels = w.labels
	q.MaxBytesBilled = w.options.MaximumBytesBilled
	q.Priority = bigquery.QueryPriority(strings.ToUpper(w.options.Priority))
	q.JobTimeout = w.options.StatementTimeout
	return q
}

// run sends a statement as a job and waits for its end.
func (w *Warehouse) run(ctx context.Context, q *bigquery.Query) (*bigquery.Job, int64, error) {
	var err error
	if q.JobID, err = w.jobID(); err != nil {
		return nil, 0, err
	}
	ctx, cancel := w.limit(ctx)
	defer cancel()
	job, err := w.submit(ctx, q.JobID, q.Run)
	if err != nil {
		return nil, 0, err
	}
	status, err := w.wait(ctx, job)
	if err != nil {
		return nil, 0, err
	}
	rows, err := w.wrote(ctx, status)
	return job, rows, err
}

// limit is a context that ends some time after the server should have ended the job.
func (w *Warehouse) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	cause := &warehouse.SettingError{Setting: "statement_timeout", Hint: "the statement took longer", Err: fmt.Errorf("bigquery: %w", context.DeadlineExceeded)}
	return context.WithTimeoutCause(ctx, w.options.StatementTimeout+w.options.grace, cause)
}

// submit sends a job. Where its id is taken, an earlier attempt arrived, and that job is used.
func (w *Warehouse) submit(ctx context.Context, id string, send func(context.Context) (*bigquery.Job, error)) (*bigquery.Job, error) {
	job, err := send(ctx)
	if err != nil && taken(err) {
		job, err = w.client.JobFromIDLocation(ctx, id, w.options.Location)
	}
	if err != nil && ctx.Err() != nil {
		w.cancel(ctx, id)
		err = context.Cause(ctx)
	}
	return job, err
}

// wait waits for a job's end. A context that ends takes the job along.
func (w *Warehouse) wait(ctx context.Context, job *bigquery.Job) (*bigquery.JobStatus, error) {
	status := job.LastStatus()
	if status == nil || !status.Done() {
		var err error
		if status, err = job.Wait(ctx); err != nil {
			if ctx.Err() != nil {
				w.cancel(ctx, job.ID())
				return nil, context.Cause(ctx)
			}
			// The request failed, or the answer carried the job's own error; the job knows which.
			known, e := job.Status(ctx)
			if e != nil || !known.Done() || known.Err() == nil {
				return nil, err
			}
			status = known
		}
	}
	w.count(status.Statistics)
	return status, status.Err()
}

// cancelTimeout bounds the cancellation of a job whose result is no longer awaited.
const cancelTimeout = 5 * time.Second

// cancel ends a job on the server. There may be none of that id; errors are ignored, as the caller has gone.
func (w *Warehouse) cancel(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTimeout)
	defer cancel()
	if job, err := w.client.JobFromIDLocation(ctx, id, w.options.Location); err == nil {
		_ = job.Cancel(ctx)
	}
}

// count adds a job to what the warehouse has used.
func (w *Warehouse) count(s *bigquery.JobStatistics) {
	if s == nil {
		return
	}
	w.processed.Add(s.TotalBytesProcessed)
	w.slotMillis.Add(s.TotalSlotDuration.Milliseconds())
	if q, ok := s.Details.(*bigquery.QueryStatistics); ok {
		w.billed.Add(q.TotalBytesBilled)
	}
}

// wrote is how many rows a job wrote: those that DML touched, or all of a table that it made.
func (w *Warehouse) wrote(ctx context.Context, status *bigquery.JobStatus) (int64, error) {
	if status.Statistics == nil {
		return 0, nil
	}
	q, ok := status.Statistics.Details.(*bigquery.QueryStatistics)
	if !ok {
		return 0, nil
	}
	if q.DDLTargetTable == nil || q.StatementType != "CREATE_TABLE_AS_SELECT" {
		return q.NumDMLAffectedRows, nil
	}
	m, err := q.DDLTargetTable.Metadata(ctx)
	if err != nil {
		return 0, err
	}
	return int64(m.NumRows), nil
}

// Explain checks a query by a dry run, which gives the bytes that it would read; nothing is run or billed.
func (w *Warehouse) Explain(ctx context.Context, query string) (warehouse.Estimate, error) {
	leave, err := w.enter(ctx)
	if err != nil {
		return warehouse.Estimate{}, err
	}
	defer leave()
	status, err := w.dry(ctx, query)
	if err != nil || status.Statistics == nil {
		return warehouse.Estimate{}, err
	}
	return warehouse.Estimate{Bytes: &status.Statistics.TotalBytesProcessed}, nil
}

func (w *Warehouse) dry(ctx context.Context, statement string) (*bigquery.JobStatus, error) {
	return w.dryRun(ctx, w.query(statement))
}

func (w *Warehouse) dryRun(ctx context.Context, q *bigquery.Query) (*bigquery.JobStatus, error) {
	q.DryRun = true
	job, err := q.Run(ctx)
	if err != nil {
		return nil, w.wrap(ctx, err)
	}
	status := job.LastStatus()
	if status == nil {
		return nil, errors.New("bigquery: a dry run without a status")
	}
	return status, w.wrap(ctx, status.Err())
}
