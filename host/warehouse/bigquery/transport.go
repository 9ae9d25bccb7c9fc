package bigquery

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	htransport "google.golang.org/api/transport/http"

	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// transport repeats requests by our policy, which ends. Google's client repeats by its
// own, which only the context ends, so what the policy gives up comes back as a
// failure, an error that the client does not know how to repeat.
//
// Every request may be repeated: those that ask change nothing, a job has an id that
// the server takes once, and cancelling twice is cancelling.
type transport struct {
	next   http.RoundTripper
	policy retry.Policy
}

// answerTimeout is how long Google's servers may think about one request; a job that takes
// longer is asked after again. An emulator runs the whole job within the request.
const answerTimeout = 3 * time.Minute

func newTransport(ctx context.Context, o Options, policy retry.Policy, auth []option.ClientOption) (http.RoundTripper, error) {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.DialContext = (&net.Dialer{Timeout: min(o.ConnectTimeout, 5*time.Second), KeepAlive: 30 * time.Second}).DialContext
	base.MaxIdleConnsPerHost = o.Concurrency + 4
	base.ResponseHeaderTimeout = answerTimeout
	if o.Credentials.NoAuth {
		base.ResponseHeaderTimeout = o.StatementTimeout + 2*o.grace
	}
	next, err := htransport.NewTransport(ctx, base, append(auth, option.WithScopes(bigquery.Scope), option.WithUserAgent("nexus-host"))...)
	if err != nil {
		return nil, err
	}
	policy.Name = "request"
	return &transport{next: next, policy: policy}, nil
}

// failure is the last word on a request. It does not unwrap, and its text is always the
// same: Google's client looks into both for reasons to go on.
type failure struct{ err error }

func (*failure) Error() string { return "the request has failed" }

// RoundTrip sends a request until it is answered with something that no repetition would change.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := bufferBody(req); err != nil {
		return nil, err
	}
	var answer *http.Response
	first := true
	err := retry.Do(req.Context(), t.policyFor(req), func(ctx context.Context) error {
		send := req
		if !first && req.Body != nil {
			body, err := req.GetBody()
			if err != nil {
				return err
			}
			send = req.Clone(ctx)
			send.Body = body
		}
		first = false
		res, err := t.next.RoundTrip(send)
		if err != nil {
			return err
		}
		if res.StatusCode < 400 {
			answer = res
			return nil
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return err
		}
		res.Body = io.NopCloser(bytes.NewReader(body))
		err = googleapi.CheckResponse(res)
		res.Body = io.NopCloser(bytes.NewReader(body))
		if classify(err).Class == retry.Final {
			answer = res // Google's client makes an error of it
			return nil
		}
		return err
	})
	if err != nil {
		return nil, &failure{err}
	}
	return answer, nil
}

// maxBufferedBody bounds the body that is buffered to send a request again; statements have 1 MB at most.
const maxBufferedBody = 16 << 20

// bufferBody makes a body that can be read only once one that can be sent twice.
func bufferBody(req *http.Request) error {
	if req.Body == nil || req.GetBody != nil || req.ContentLength <= 0 || req.ContentLength > maxBufferedBody {
		return nil
	}
	b, err := io.ReadAll(req.Body)
	if err = errors.Join(err, req.Body.Close()); err != nil {
		return err
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
	req.Body, err = req.GetBody()
	return err
}

// policyFor is the policy for a request: one attempt where its body cannot be sent twice.
func (t *transport) policyFor(req *http.Request) retry.Policy {
	p := t.policy
	if req.Body != nil && req.GetBody == nil {
		p.Attempts = 1
	}
	return p
}
