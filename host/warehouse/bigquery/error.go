package bigquery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/googleapi"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// refusals are the reasons for which BigQuery asks to come back later, and has done nothing.
var refusals = map[string]bool{
	"rateLimitExceeded": true, "jobRateLimitExceeded": true, "tableUnavailable": true, "resourceInUse": true,
}

// lapses are BigQuery's own faults, which its documentation says to repeat. A job that
// ended so has written nothing; it is repeated under another id.
var lapses = map[string]bool{"backendError": true, "jobBackendError": true, "internalError": true, "jobInternalError": true}

// classify says what an error of a request means for the next attempt.
func classify(err error) retry.Verdict {
	if class, ok := byReason(err); ok {
		verdict := retry.Verdict{Class: class}
		if e, ok := errors.AsType[*googleapi.Error](err); ok {
			verdict.After = retry.After(e.Header.Get("Retry-After"), time.Now())
		}
		return verdict
	}
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return retry.HTTP(e.Code, e.Header, time.Now())
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return retry.Verdict{Class: retry.Transient}
	}
	if _, ok := errors.AsType[net.Error](err); ok && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
			return retry.Verdict{Class: retry.Refused}
		}
		return retry.Verdict{Class: retry.Transient}
	}
	return retry.Verdict{}
}

func byReason(err error) (retry.Class, bool) {
	reason := reasonOf(err)
	switch {
	case refusals[reason]:
		return retry.Refused, true
	case lapses[reason]:
		return retry.Transient, true
	}
	return retry.Final, false
}

// reasonOf is BigQuery's own word for an error, of a request or of a job.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*bigquery.Error](err); ok {
		return e.Reason
	}
	if e, ok := errors.AsType[*googleapi.Error](err); ok && len(e.Errors) > 0 {
		return e.Errors[0].Reason
	}
	return ""
}

// taken reports whether an error says that the id of a job is taken: by the same job,
// which an earlier attempt made.
func taken(err error) bool {
	return failedWith(err, http.StatusConflict)
}

// wrap makes an error of this package of one of the client's.
func (w *Warehouse) wrap(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*failure](err); ok {
		err = f.err
	}
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("bigquery: %w", cause)
	}
	var named *warehouse.SettingError
	if errors.As(err, &named) || errors.Is(err, warehouse.ErrMissing) {
		return err
	}
	text := err.Error()
	set := func(setting, hint string) error {
		return &warehouse.SettingError{Setting: setting, Hint: hint, Err: fmt.Errorf("bigquery: %w", err)}
	}
	code := 0
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		code = e.Code
	}
	switch reason := reasonOf(err); {
	case strings.Contains(text, "Not found: Table"), strings.Contains(text, "Not found: Dataset"), strings.Contains(text, "Table not found"):
		return fmt.Errorf("%w: bigquery: %w", warehouse.ErrMissing, err)
	case strings.Contains(text, "Not found: Project"), reason == "billingNotEnabled":
		return set("project", "is it the id of a project with billing?")
	case strings.Contains(text, "cannot fetch token") && !strings.Contains(text, "dial tcp"), code == http.StatusUnauthorized:
		return set(w.options.Credentials.setting(), w.options.Credentials.hint())
	case reason == "accessDenied", code == http.StatusForbidden && !refusals[reason] && reason != "quotaExceeded":
		return set(w.options.Credentials.setting(), "the account needs the roles BigQuery Job User on the project and BigQuery Data Editor on the dataset")
	case reason == "bytesBilledLimitExceeded", strings.Contains(text, "exceeded limit for bytes billed"):
		return set("maximum_bytes_billed", "the statement would cost more")
	case reason == "stopped", reason == "timeout":
		return set("statement_timeout", "the server has ended a job that took longer")
	case reason == "resourcesExceeded", reason == "quotaExceeded":
		return set("project", "a quota or limit of the project is used up")
	}
	return fmt.Errorf("bigquery: %w", err)
}
