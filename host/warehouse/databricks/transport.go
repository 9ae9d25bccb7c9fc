package databricks

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// transport makes the driver's requests, repeats those that are safe to repeat, and
// turns an answer that is no success into an error that says which it was.
type transport struct {
	base    http.RoundTripper
	options *Options
}

func newTransport(o Options) *transport {
	dialer := &net.Dialer{Timeout: o.ConnectTimeout, KeepAlive: 30 * time.Second}
	return &transport{options: &o, base: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: o.ConnectTimeout, MaxIdleConnsPerHost: o.Concurrency + 2, IdleConnTimeout: 3 * time.Minute,
	}}
}

// statusError is an answer that is no success.
type statusError struct {
	status int
	after  string // Retry-After
	reason string
}

func (e *statusError) Error() string {
	text := fmt.Sprintf("the server answers %d %s", e.status, http.StatusText(e.status))
	if e.reason != "" {
		text += ": " + e.reason
	}
	return text
}

// unanswered is a request without an answer.
type unanswered struct {
	call string
	err  error
}

func (e *unanswered) Error() string { return e.err.Error() }
func (e *unanswered) Unwrap() error { return e.err }

// errTelemetry ends the driver's reports on its own use, which it sends beside its work.
var errTelemetry = errors.New("databricks: the driver's telemetry is off")

// RoundTrip makes one request of the driver.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Hostname() == t.options.Host && !t.serves(req.URL.Path) {
		return nil, errTelemetry
	}
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(req.Body)
		if err = errors.Join(err, req.Body.Close()); err != nil {
			return nil, err
		}
	}
	call := callName(body)
	policy := t.options.Retry
	policy.Name, policy.Idempotent, policy.Within = call, repeatable(call), t.options.StartTimeout
	if policy.Attempts == 0 {
		policy.Attempts = 30 // a warehouse that starts turns requests away for minutes
	}
	start := time.Now()
	policy.Classify = func(err error) retry.Verdict {
		v := classify(err)
		if status := (*statusError)(nil); !errors.As(err, &status) && time.Since(start) > t.options.ConnectTimeout/2 {
			v.Class = retry.Final // a host that is not there does not come
		}
		return v
	}
	var resp *http.Response
	err := retry.Do(req.Context(), policy, func(ctx context.Context) error {
		again := req.Clone(ctx)
		again.Body = io.NopCloser(bytes.NewReader(body))
		again.ContentLength = int64(len(body))
		var err error
		if resp, err = t.base.RoundTrip(again); err != nil {
			return &unanswered{call: call, err: err}
		}
		return t.read(resp, call)
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func (t *transport) host() string {
	port := fmt.Sprint(t.options.Port)
	if t.options.Protocol == "https" && port == "443" {
		return t.options.Host
	}
	return net.JoinHostPort(t.options.Host, port)
}

// serves reports whether a path of the workspace is one that builds need.
func (t *transport) serves(path string) bool {
	mine, _, _ := strings.Cut(t.options.HTTPPath, "?")
	return path == mine || path == tokenPath
}

// largest is the greatest answer kept in memory: a page of rows.
const largest = 1 << 30

// read takes the whole answer, so that one which breaks off is found where it can be repeated.
func (t *transport) read(resp *http.Response, call string) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, largest))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return &unanswered{call: call, err: err}
	}
	if resp.StatusCode >= 400 {
		reason := resp.Header.Get("X-Databricks-Reason-Phrase")
		if reason == "" {
			reason = resp.Header.Get("X-Thriftserver-Error-Message")
		}
		return &statusError{status: resp.StatusCode, after: resp.Header.Get("Retry-After"), reason: reason}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// classify returns the class of a failed request.
func classify(err error) retry.Verdict {
	var status *statusError
	if errors.As(err, &status) {
		return retry.HTTP(status.status, http.Header{"Retry-After": {status.after}}, time.Now())
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "dial" {
		if dns := (*net.DNSError)(nil); errors.As(err, &dns) && dns.IsNotFound {
			return retry.Verdict{}
		}
		return retry.Verdict{Class: retry.Refused}
	}
	if certificate(err) {
		return retry.Verdict{}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isNet(err) {
		return retry.Verdict{Class: retry.Transient}
	}
	return retry.Verdict{}
}

func isNet(err error) bool {
	var n net.Error
	return errors.As(err, &n)
}

// repeatable are the calls that do no harm when the server carries them out twice. A
// statement is none, and neither is the next page of a result, which would be skipped.
func repeatable(call string) bool {
	switch call {
	case "OpenSession", "CloseSession", "GetOperationStatus", "GetResultSetMetadata", "CancelOperation", "CloseOperation", "token":
		return true
	}
	return false
}

// callName is the name in a Thrift message, or what else it must be.
func callName(body []byte) string {
	if len(body) > 8 && body[0] == 0x80 {
		if n := binary.BigEndian.Uint32(body[4:]); n < 64 && int(n) <= len(body)-8 {
			return string(body[8 : 8+n])
		}
	}
	if bytes.Contains(body, []byte("grant_type=")) {
		return "token"
	}
	return "request"
}

// tokenPath is where a workspace issues tokens to service principals.
const tokenPath = "/oidc/v1/token"

// authenticator signs requests with a token.
type authenticator struct {
	token  string
	source oauth2.TokenSource // nil: token stays
}

func newAuthenticator(o Options, t *transport) *authenticator {
	if o.Token != "" {
		return &authenticator{token: o.Token}
	}
	config := clientcredentials.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, Scopes: []string{"all-apis"},
		TokenURL: o.Protocol + "://" + t.host() + tokenPath, AuthStyle: oauth2.AuthStyleInHeader,
	}
	// The client in the context is how oauth2 takes one; the time-out holds where the request's own does not reach.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: t, Timeout: time.Minute})
	return &authenticator{source: config.TokenSource(ctx)}
}

// errToken says that no token was to be had.
var errToken = errors.New("no token for the service principal")

// Authenticate adds the token to a request.
func (a *authenticator) Authenticate(r *http.Request) error {
	token := a.token
	if a.source != nil {
		t, err := a.source.Token()
		if err != nil {
			return fmt.Errorf("%w: %w", errToken, plainer(err))
		}
		token = t.AccessToken
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return nil
}

// plainer leaves out what an OAuth server may have echoed.
func plainer(err error) error {
	if r := (*oauth2.RetrieveError)(nil); errors.As(err, &r) && r.Response != nil {
		return &statusError{status: r.Response.StatusCode, reason: r.ErrorCode}
	}
	return err
}
