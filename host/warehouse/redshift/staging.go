package redshift

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

// bucket is the staging folder.
type bucket struct {
	client               *s3.Client
	name, prefix, region string
}

func newBucket(ctx context.Context, s Staging) (*bucket, error) {
	name, prefix, _ := strings.Cut(strings.TrimPrefix(s.URL, "s3://"), "/")
	c, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return &bucket{name: name, prefix: prefix, region: c.Region, client: s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = s.Endpoint != "" })}, nil
}

func stagingError(err error) error {
	return &warehouse.SettingError{Setting: "staging", Hint: "is the bucket there, and may these AWS credentials put and delete objects below the folder?", Err: fmt.Errorf("redshift: %w", err)}
}

// objectBytes is how much of a file is gathered before it is compressed and sent; several let the cluster's nodes load at once.
const objectBytes = 32 << 20

// staged puts rows into files of a folder of its own and lets the cluster copy them, when it is closed.
type staged struct {
	w      *Warehouse
	path   []string
	folder string
	keys   []types.ObjectIdentifier
	lines  bytes.Buffer
	open   bool
}

func (w *Warehouse) openStaged(path []string) (warehouse.RawWriter, error) {
	id := make([]byte, 8)
	if _, err := rand.Read(id); err != nil {
		return nil, fmt.Errorf("redshift: %w", err)
	}
	return &staged{w: w, path: path, folder: w.bucket.prefix + "nexus-host/" + hex.EncodeToString(id) + "/", open: true}, nil
}

// line is a row as COPY reads it: members by the columns' names.
type line struct {
	Row             int64           `json:"_row"`
	Record          json.RawMessage `json:"record"`
	RecordID        *string         `json:"record_id"`
	IngestedAt      *string         `json:"_ingested_at"`
	SourceUpdatedAt *string         `json:"_source_updated_at"`
	Deleted         bool            `json:"_deleted"`
	Connection      *string         `json:"_connection"`
	Account         *string         `json:"_account"`
	APIVersion      *string         `json:"_api_version"`
	Format          *string         `json:"_format"`
}

// Write takes a row.
func (s *staged) Write(ctx context.Context, r *warehouse.RawRow) error {
	if !s.open {
		return errors.New("redshift: write after close")
	}
	enc := json.NewEncoder(&s.lines)
	enc.SetEscapeHTML(false)
	err := enc.Encode(line{
		r.Row, r.Record, r.RecordID, stamp(r.IngestedAt), stamp(r.SourceUpdatedAt), r.Deleted, r.Connection, r.Account, r.APIVersion, r.Format,
	})
	if err != nil {
		return fmt.Errorf("redshift: %w", err)
	}
	if s.lines.Len() < objectBytes {
		return nil
	}
	return s.put(ctx)
}

func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format("2006-01-02 15:04:05.999999")
	return &text
}

func (s *staged) put(ctx context.Context) error {
	if s.lines.Len() == 0 {
		return nil
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(s.lines.Bytes()); err != nil {
		return fmt.Errorf("redshift: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("redshift: %w", err)
	}
	s.lines.Reset()
	key := fmt.Sprintf("%s%06d.json.gz", s.folder, len(s.keys))
	b := s.w.bucket
	if _, err := b.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(packed.Bytes())}); err != nil {
		return stagingError(err)
	}
	s.keys = append(s.keys, types.ObjectIdentifier{Key: &key})
	return nil
}

// Close keeps the rows.
func (s *staged) Close(ctx context.Context) error {
	if !s.open {
		return nil
	}
	defer s.Abort() // the files have served, or will not
	if err := s.put(ctx); err != nil || len(s.keys) == 0 {
		return err
	}
	b := s.w.bucket
	_, err := s.w.Exec(ctx, copyStaged(s.w.dialect, s.path, names(), "s3://"+b.name+"/"+s.folder, s.w.options.Staging.Role, b.region))
	return err
}

// Abort drops the rows: the files go, as far as they can be reached.
func (s *staged) Abort() {
	if !s.open {
		return
	}
	s.open = false
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	b := s.w.bucket
	for _, k := range s.keys {
		_, _ = b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: k.Key})
	}
}
