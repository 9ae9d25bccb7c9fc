package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// show writes a value of warehouse.Rows as the portable cast to text would, and fails
// where it is not of the type that the checker promised.
func show(v any, t sql.Type) (string, error) {
	switch x := v.(type) {
	case nil:
		return "NULL", nil
	case string:
		if t == sql.Text {
			return x, nil
		}
		if _, err := time.Parse(time.DateOnly, x); err == nil && t == sql.Date {
			return x, nil
		}
	case int64:
		if t == sql.Bigint {
			return strconv.FormatInt(x, 10), nil
		}
	case float64:
		if t == sql.Double {
			if x == 0 { // -0 is 0
				return "0", nil
			}
			return strconv.FormatFloat(x, 'g', -1, 64), nil
		}
	case bool:
		if t == sql.Boolean {
			return strconv.FormatBool(x), nil
		}
	case time.Time:
		if t == sql.Timestamp && x.Location() == time.UTC {
			return x.Format("2006-01-02T15:04:05.000000Z"), nil
		}
	case warehouse.Decimal:
		if t == sql.Decimal {
			return trimZeros(string(x)), nil
		}
	case warehouse.JSON:
		if t == sql.JSON {
			return canonical(string(x))
		}
	}
	return "", fmt.Errorf("a %s came as %v (%T)", t, v, v)
}

// trimZeros writes a decimal without trailing zeros.
func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// canonical writes a document in one way: keys in order, no blanks, whole numbers with
// all their digits and others as the nearest binary64.
func canonical(text string) (string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	if _, err := d.Token(); err != io.EOF {
		return "", fmt.Errorf("conformance: more than one document: %s", text)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(numbers(v)); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func numbers(v any) any {
	switch x := v.(type) {
	case []any:
		for i := range x {
			x[i] = numbers(x[i])
		}
	case map[string]any:
		for k := range x {
			x[k] = numbers(x[k])
		}
	case json.Number:
		if strings.ContainsAny(string(x), ".eE") {
			if f, err := x.Float64(); err == nil {
				if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
					return json.Number(strconv.FormatInt(int64(f), 10)) // 12.0 and 12 are one number
				}
				return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
			}
		}
	}
	return v
}
