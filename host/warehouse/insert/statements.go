// Package insert writes raw rows as constants, for engines that take them inside statements where
// there is no place to load files from.
package insert

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
)

// Tuple writes the constants of one row: nil, a text, a whole number, a boolean or an instant each.
func Tuple(d *dialect.Dialect, values []any) (string, error) {
	var b strings.Builder
	for i, v := range values {
		b.WriteString([]string{"(", ", "}[min(i, 1)])
		switch v := v.(type) {
		case nil:
			b.WriteString("NULL")
		case string:
			b.WriteString(render.Text(d, v))
		case int64:
			b.WriteString(strconv.FormatInt(v, 10))
		case bool:
			b.WriteString(strings.ToUpper(strconv.FormatBool(v)))
		case time.Time:
			b.WriteString("TIMESTAMP '" + v.UTC().Format("2006-01-02 15:04:05.999999") + "'")
		default:
			return "", fmt.Errorf("insert: a value of type %T in a row", v)
		}
	}
	return b.String() + ")", nil
}
