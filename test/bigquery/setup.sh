#!/usr/bin/env bash
# Builds goccy/bigquery-emulator, with the mends of testdata/mends, once into the user's cache directory, and
# prints the binary's path. Needs Go alone; takes five minutes and 6 GB the first time. With --path it prints the
# path alone and makes nothing.
#
# As published, the emulator joins tables by calling a function for every two rows, makes its whole catalog anew with
# each DROP, reads the results of all jobs with each request, and keeps each answer as a dataset of its own, with a
# catalog of all functions: after some hundred its memory is full.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
version=v0.8.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nexus-host/bigquery-emulator-$version-$(cat setup.sh testdata/mends/* | sha256sum | cut -c1-16)
binary=$cache/bigquery-emulator
if [ "${1:-}" = --path ] || [ -x "$binary" ]; then
  printf '%s\n' "$binary"
  exit
fi
mkdir -p "$cache"
build=$(mktemp -d "$cache/build.XXXXXX")
trap 'chmod -R u+w "$build"; rm -rf "$build"' EXIT
export GOWORK=off GOFLAGS=-mod=mod CGO_ENABLED=0

# module copies a module, so that it can be changed; the emulator's own go.mod and go.sum decide all versions.
module() { # <folder> <module>
  cp -r "$(go mod download -json "$2" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')" "$build/$1"
  chmod -R u+w "$build/$1"
}

# change edits a function and fails where there is nothing to edit.
change() { # <file> <first line of the function, a pattern> <sed's command>
  sed "/$2/,/^}/ { $3
}" "$1" >"$1.new"
  if cmp -s "$1" "$1.new"; then
    echo "setup.sh: nothing to change in $1: $2" >&2
    exit 1
  fi
  mv "$1.new" "$1"
}

cd "$build"
module source "github.com/goccy/bigquery-emulator@$version"
cd source
module googlesqlite "github.com/goccy/googlesqlite@$(go list -m -f '{{.Version}}' github.com/goccy/googlesqlite)"
go mod edit -replace github.com/goccy/googlesqlite=../googlesqlite

cd ../googlesqlite/internal
cp "$here/testdata/mends/native.go" "$here/testdata/mends/dropped.go" .
change formatter.go '^func (n \*FunctionCallNode) FormatSQL' 's/^\tswitch funcName {$/\tif text, ok := nativeCall(n.node, funcName, args); ok {\n\t\treturn text, nil\n\t}\n&/'
# A UNION whose first arm names one column twice takes it for both.
change formatter.go '^func (n \*SetOperationScanNode) FormatSQL' 's/for _, outputColumn := range/for i, outputColumn := range/
s/fmt.Sprintf("`%s`", uniqueColumnName(ctx, outputColumn))/fmt.Sprintf("`%s` AS `%s`", uniqueColumnName(ctx, outputColumn), uniqueColumnName(ctx, m1(n.node.ColumnList())[i]))/
s/for idx, col := range/for idx := range/
s/uniqueColumnName(ctx, col),/uniqueColumnName(ctx, m1(n.node.ColumnList())[idx]),/'
# MIN and MAX over a window compare how values are written, not values.
change formatter.go '^func (n \*AnalyticFunctionCallNode) formatNative(' 's/^\tcall := fmt.Sprintf("%s(%s)", sqliteName.*/\tif name := strings.ToLower(sqliteName); name == "min" || name == "max" {\n\t\tvalueArgs[0] += " COLLATE googlesqlite_collate"\n\t}\n&/'
# NUMERIC goes through doubles, is not rounded to nine places, and a result beyond its range or INT64's is a wrong number.
change formatter.go '^func (n \*AnalyticFunctionCallNode) formatNative(' 's/^\tcall := fmt.Sprintf("%s(%s)", sqliteName.*/\tif sqliteName == "sum" \&\& isNumeric(n.node.ResolvedFunctionCallBase) {\n\t\tsqliteName = "googlesqlite_window_sum_numeric"\n\t}\n&/'
change function_register.go '^func RegisterFunctions(' 's/^\t\twindowFuncMap\["sum_distinct"\].*/\t\twindowFuncMap["sum_numeric"] = []*nameAndFunc{\n\t\t\t{Name: "googlesqlite_window_sum_numeric", Func: func() any { return \&value.WindowSum{} }},\n\t\t}\n&/'
change encoder.go '^func CastValue(' 's/return &value.NumericValue{Rat: r}, nil/return value.Numeric(r)/'
cp "$here/testdata/mends/numeric.go" value
for operation in Add Sub Mul Div; do
  change value/value_numeric.go "^func (nv \*NumericValue) $operation(" 's/^\tnv.Rat = \(.*\)$/\treturn nv.like(\1)/
/^\treturn nv, nil$/d'
done
change value/value_numeric.go '^func (nv \*NumericValue) ToInt64' 's/return .*/return nv.whole()/'
change value/value_string.go '^func (sv StringValue) ToRat' 's/^\tr.SetString(string(sv))$/\tif _, ok := r.SetString(string(sv)); !ok {\n\t\treturn nil, fmt.Errorf("not a number: %q", string(sv))\n\t}/'
for operation in Add Sub Mul; do
  change value/value_int.go "^func (iv IntValue) $operation(" "s/return IntValue(int64(iv) . v2), nil/return Whole(new(big.Int).$operation(big.NewInt(int64(iv)), big.NewInt(v2)))/"
done
# A FLOAT64 without a fraction can come as a whole number.
for operation in Add Sub Mul Div EQ GT GTE LT LTE; do
  change value/value_int.go "^func (iv IntValue) $operation(" "s/^func .*/&\n\tif f, ok := v.(FloatValue); ok {\n\t\treturn FloatValue(iv).$operation(f)\n\t}/"
done
cp "$here/testdata/mends/member.go" functions/json
# A member of a number is the number.
change functions/json/json_query.go '^func JSON_QUERY' 's/p.Extract(\[\]byte(v))/extract(p, v, path)/'
cd functions/math
change op_div.go '^func OP_DIV' 's/^func .*/&\n\tif n, ok := a.(value.IntValue); ok {\n\t\ta = value.FloatValue(n)\n\t}/'
change round.go '^func ROUND' 's/^func .*/&\n\tif n, ok := x.(*value.NumericValue); ok {\n\t\treturn n.Round(precision)\n\t}/'
change trunc.go '^func TRUNC' 's/^func .*/&\n\tif n, ok := x.(*value.NumericValue); ok {\n\t\treturn n.Truncate(0)\n\t}/'
change mod.go '^func MOD' 's/^func .*/&\n\tif m, ok := x.(value.IntValue); ok {\n\t\tif n, ok := y.(value.IntValue); ok \&\& n != 0 {\n\t\t\treturn m % n, nil\n\t\t}\n\t}/'
change abs.go '^func ABS' 's/^func .*/&\n\tif v, ok, err := value.Magnitude(a); ok {\n\t\treturn v, err\n\t}/'
change safe_negate.go '^func SAFE_NEGATE' 's/^func .*/&\n\tif v, ok, err := value.Negated(x); ok {\n\t\tif err != nil {\n\t\t\treturn nil, nil\n\t\t}\n\t\treturn v, nil\n\t}/'
for operation in safe_add:Add safe_subtract:Sub safe_multiply:Mul; do
  change "${operation%:*}.go" '^func SAFE_' "s/^func .*/&\n\tif value.Exact(x, y) {\n\t\tv, err := x.${operation#*:}(y)\n\t\tif err != nil {\n\t\t\treturn nil, nil\n\t\t}\n\t\treturn v, nil\n\t}/"
done
change safe_divide.go '^func SAFE_DIVIDE' 's/^func .*/&\n\tif n, ok := x.(*value.NumericValue); ok {\n\t\tif v, err := n.Div(y); err == nil {\n\t\t\treturn v, nil\n\t\t}\n\t\treturn nil, nil\n\t}/'
cd ../..
change functions/datetime/datetime_trunc.go '^func DATETIME_TRUNC' 's/time.Duration(t.Second()) \/ time.Second/t.Second()/'
change catalog.go '^type Catalog struct' 's/^\ttableMap .*/&\n\tdropped map[string]*TableSpec/'
change catalog.go '^func (c \*Catalog) resetCatalog' 's/^\tc.catalog = newSimpleCatalog.*/\tc.dropped = nil\n&/'
change catalog.go '^func (c \*Catalog) deleteTableSpecByName' 's/c.resetCatalog(.*); err/c.drop(spec, tables); err/'
change catalog.go '^func (c \*Catalog) addTableSpec(' 's/^\tc.tables = append.*/\tif done, err := c.revive(spec); done || err != nil {\n\t\treturn err\n\t}\n&/'
change catalog.go '^func (c \*Catalog) createCatalogTablesIfNotExists' 's/createCatalogTableQuery)/createCatalogTableQuery+indexCatalogQuery)/'

cd "$build/source/internal/metadata"
cp "$here/testdata/mends/kept.go" .
change repository.go '^type Repository struct' 's/^\tdb .*/&\n\tkept kept/'
change repository.go '^func (r \*Repository) findDatasets' 's/) findDatasets(/) readDatasets(/'
change repository.go '^func (r \*Repository) DeleteDataset' 's/^\tif _, err := tx.Exec($/\tr.lose(dataset)\n&/'
change repository.go '^func (r \*Repository) DeleteTable' 's/^\tif _, err := tx.Exec($/\tr.loseTable(table)\n&/'
change project.go '^func (p \*Project) AddJob' 's/^\tp.jobMap\[job.ID\] = job$/&\n\tif err := p.forget(ctx, tx, job); err != nil {\n\t\treturn err\n\t}/'
cd "$build/source/server"
change handler.go '^func (h \*jobsInsertHandler) Handle' 's/ else if response != nil && response.Schema != nil .*{$/ else if false {/'

cd "$build/source"
go build -trimpath -ldflags '-s -w' -o "$build/bigquery-emulator" ./cmd/bigquery-emulator >&2
mv "$build/bigquery-emulator" "$binary" # whole or not at all
printf '%s\n' "$binary"
