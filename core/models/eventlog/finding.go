package eventlog

import (
	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
)

// Findings returns a query of table_name, source, reason, detail, n, sample: the rows that
// the log left out, those it had to choose from, the names that it folded, what the plugins report.
func Findings(s *spec.Spec) (*sql.Query, error) {
	macros, err := IdentifierMacros(s)
	if err != nil {
		return nil, err
	}
	var list builder.List
	elements := map[string]builder.Element{}
	for _, k := range kinds() {
		if k.name != Reported {
			list = append(list, k.element())
		}
		if k.name == Identifiers {
			elements["identifiers"] = k.element()
		}
	}
	q, err := LeftOut(list)
	if err != nil {
		return nil, err
	}
	more, err := builder.Load(files, contract.TableFindings, builder.Params{Lists: builder.Lists{"kinds": list}, Elements: elements, Macros: macros})
	if err != nil {
		return nil, err
	}
	q.Arms = append(q.Arms, more.Arms...)
	return q, nil
}

// LeftOut returns a query of the same columns: the rows of each kind's intake that have a fault, and the names that were
// folded into one. The elements of kinds have table, intake, detail and sample; folded has the column of the name, if there is one.
func LeftOut(kinds builder.List) (*sql.Query, error) {
	return builder.Load(files, "left_out", builder.Params{Lists: builder.Lists{"kinds": kinds}})
}

// shown is the table that a finding of the kind is about.
func (k *kind) shown() string {
	switch k.name {
	case Entities:
		return contract.TableEntities
	case StateChanges:
		return contract.TableStates
	}
	return k.table
}

// compared are the columns in which rows of one key and version must not differ.
func (k *kind) compared() builder.List {
	var list builder.List
	for _, n := range k.out {
		switch {
		case n == k.id, n == ingestedAt, n == "identifier_value":
		case k.name == Entities && n != "created_at" && n != "updated_at":
		case n == "is_active": // there is no least truth value
			list = append(list, builder.Element{"value": builder.Cast(builder.Col("", n), sql.Text)})
		default:
			list = append(list, builder.Element{"value": builder.Col("", n)})
		}
	}
	return list
}
