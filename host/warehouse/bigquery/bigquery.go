package bigquery

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/option"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Options are how to open a warehouse.
type Options struct {
	Project  string // runs the jobs, pays for them, and holds what a path of two parts names
	Dataset  string // where the build writes; only Lock needs it
	Location string // of the jobs and of a dataset that a build makes: EU, europe-west1; "" leaves it to the server

	Credentials Credentials

	MaximumBytesBilled int64             // a statement that would cost more fails unbilled; 0: the project's own limit
	Priority           string            // interactive or batch; "" is interactive
	Labels             map[string]string // put on every job, beside the run's

	RunID            string        // a label of every job, and part of its id
	StatementTimeout time.Duration // the server cancels a job that takes longer; 0 is BigQuery's own limit of six hours
	ConnectTimeout   time.Duration // of the first question; 0 is 10 seconds
	Concurrency      int           // statements at once; 0 is 8
	Attempts         int           // of what is safe to repeat; 0 is 5
	Log              *slog.Logger  // nil: slog.Default()

	// Of the tests:
	clock retry.Clock
	grace time.Duration // added to StatementTimeout before we end a job ourselves; 0 is 5 seconds
}

// statementLimit is how long BigQuery lets a query job run.
const statementLimit = 6 * time.Hour

// Warehouse is a client of one project. It is safe for concurrent use.
type Warehouse struct {
	client  *bigquery.Client
	options Options
	dialect *dialect.Dialect
	retry   retry.Policy
	labels  map[string]string
	slots   chan struct{} // one for each running statement

	processed, billed, slotMillis atomic.Int64
}

// Open makes a client and asks the server one question, which costs nothing and
// shows that it can be reached, accepts the credentials and allows jobs.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	d, err := dialect.ByName("bigquery")
	if err != nil {
		return nil, fmt.Errorf("bigquery: %w", err)
	}
	if o.Project == "" {
		return nil, &warehouse.SettingError{Setting: "project", Hint: "give the id of the Google Cloud project", Err: errors.New("bigquery: no project")}
	}
	if p := strings.ToUpper(o.Priority); p != "" && p != string(bigquery.InteractivePriority) && p != string(bigquery.BatchPriority) {
		return nil, &warehouse.SettingError{Setting: "priority", Hint: "interactive or batch", Err: fmt.Errorf("bigquery: no priority %q", o.Priority)}
	}
	if o.StatementTimeout <= 0 || o.StatementTimeout > statementLimit {
		o.StatementTimeout = statementLimit
	}
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = 10 * time.Second
	}
	if o.grace <= 0 {
		o.grace = 5 * time.Second
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 8
	}
	w := &Warehouse{options: o, dialect: d, labels: labels(o), slots: make(chan struct{}, o.Concurrency)}
	w.retry = retry.Policy{Classify: classify, Idempotent: true, Attempts: o.Attempts, Log: o.Log, Clock: o.clock}
	auth, err := o.Credentials.options(ctx)
	if err != nil {
		return nil, err
	}
	transport, err := newTransport(ctx, o, w.retry, auth)
	if err != nil {
		return nil, &warehouse.SettingError{Setting: o.Credentials.setting(), Hint: o.Credentials.hint(), Err: fmt.Errorf("bigquery: %w", err)}
	}
	client := []option.ClientOption{option.WithHTTPClient(&http.Client{Transport: transport})}
	if o.Credentials.Endpoint != "" {
		client = append(client, option.WithEndpoint(o.Credentials.Endpoint))
	}
	if w.client, err = bigquery.NewClient(ctx, o.Project, client...); err != nil {
		return nil, fmt.Errorf("bigquery: %w", err)
	}
	w.client.Location = o.Location
	if err := w.greet(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// greet asks what an empty statement would cost.
func (w *Warehouse) greet(ctx context.Context) error {
	greeting, cancel := context.WithTimeout(ctx, w.options.ConnectTimeout)
	defer cancel()
	_, err := w.dry(greeting, render.Nothing(w.dialect))
	var named *warehouse.SettingError
	switch {
	case err == nil || ctx.Err() != nil || errors.As(err, &named):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return w.unreachable(fmt.Errorf("bigquery: no answer within %s: %w", w.options.ConnectTimeout, err))
	}
	return w.unreachable(err)
}

// unreachable names the setting that decides where the server is.
func (w *Warehouse) unreachable(err error) error {
	if w.options.Credentials.Endpoint != "" {
		return &warehouse.SettingError{Setting: "endpoint", Hint: "is a server there?", Err: err}
	}
	return &warehouse.SettingError{Setting: "project", Hint: "is bigquery.googleapis.com to be reached from here, and does the project exist?", Err: err}
}

// Close closes the client's connections.
func (w *Warehouse) Close() error {
	if err := w.client.Close(); err != nil {
		return fmt.Errorf("bigquery: %w", err)
	}
	return nil
}

// Usage sums up the jobs that have ended.
func (w *Warehouse) Usage() *warehouse.Usage {
	return &warehouse.Usage{BytesProcessed: w.processed.Load(), BytesBilled: w.billed.Load(), SlotMillis: w.slotMillis.Load()}
}

// enter takes the right to run a statement; leave releases it.
func (w *Warehouse) enter(ctx context.Context) (leave func(), err error) {
	select {
	case w.slots <- struct{}{}:
		return func() { <-w.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("bigquery: %w", ctx.Err())
	}
}

// runLabel is the label that holds the run's id.
const runLabel = "nexus_run"

func labels(o Options) map[string]string {
	m := map[string]string{}
	for k, v := range o.Labels {
		m[k] = v
	}
	if o.RunID != "" {
		m[runLabel] = labelValue(o.RunID)
	}
	return m
}

// labelValue writes a text with the characters that labels may have: lower-case
// letters, digits, - and _, at most 63.
func labelValue(s string) string {
	b := []byte(strings.ToLower(s))
	for i, c := range b {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			b[i] = '-'
		}
	}
	return string(b[:min(len(b), 63)])
}

// jobID makes the id of a new job.
func (w *Warehouse) jobID() (string, error) {
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("bigquery: %w", err)
	}
	id := "nexus-" + hex.EncodeToString(b[:])
	if w.options.RunID != "" {
		id = "nexus-" + labelValue(w.options.RunID) + "-" + hex.EncodeToString(b[:])
	}
	return id, nil
}
