package shopify

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// The fragments call readers: read_money(record, 'total_price'). A reader is one rule for one kind of value, in every
// layout: the members' names of REST (snake case), of GraphQL (camel case), and of loaders that flatten objects. The
// files are written out below, because portable SQL has no functions of its own to define.
//
//	read_text(e, 'a.b', …)   the text of the first name that has one, trimmed; '' is none
//	read_time(e, 'a', …)     an instant
//	read_bool(e, 'a', …)     a truth value
//	read_id(e, 'a.id', …)    an id; of a gid its number
//	read_gid(x)              the number of a gid, or the id itself, from text
//	read_type(x)             the type in a gid: Order; NULL for a plain id
//	read_key()               the id of a raw row's record, of a gid its number; read_key_type() the type in it
//	read_list(e, 'a', …)     [a, …], {data: […]}, {nodes: […]} or {edges: [{node}]}, also as text; NULL if it is none of these
//	read_item(e)             an element of such a list
//	read_money(e, 'a', …)    an amount: of the shop's money where there is such, else the one amount that is there
//	read_unit(e, 'a', …)     the currency that is given with that amount; NULL where it is the record's own
//	read_presentment(e, 'a') the amount that the buyer saw; read_presentment_unit its currency
//	read_currency(e)         the currency of a record's plain amounts
//	read_shop()              the shop that a row of a raw table belongs to
//	read_loaded()            when a row was loaded; NULL if that is unknown
//
// expanded is the plugin's SQL with the readers written out.
type expanded struct{ fs.FS }

// ReadFile implements fs.ReadFileFS.
func (e expanded) ReadFile(name string) ([]byte, error) {
	text, err := fs.ReadFile(e.FS, name)
	if err != nil {
		return nil, err
	}
	return []byte(writtenOut(string(text))), nil
}

// writtenOut writes the readers of a text out. Calls are found by hand: a module runs in an interpreter, where a regular
// expression takes a second for all fragments.
func writtenOut(text string) string {
	const mark = "read_"
	var b strings.Builder
	known := map[string]string{}
	for {
		i := strings.Index(text, mark)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		text = text[i:]
		n, kind, from, names := call(text[len(mark):])
		n += len(mark)
		sql, again := known[text[:n]]
		if !again && kind != "" {
			sql = reader(kind, from, names)
			known[text[:n]] = sql
		}
		if sql == "" { // no reader: the checker will say that there is no such function
			sql = text[:n]
		}
		b.WriteString(sql)
		text = text[n:]
	}
}

// call reads kind(from, 'name', …) at the beginning of a text and returns how long it is; kind is "" where there is none.
func call(text string) (n int, kind, from string, names []string) {
	word := func(more string) string {
		start := n
		for n < len(text) && (text[n] >= 'a' && text[n] <= 'z' || strings.IndexByte(more, text[n]) >= 0) {
			n++
		}
		return text[start:n]
	}
	kind = word("_")
	if kind == "" || n == len(text) || text[n] != '(' {
		return 0, "", "", nil
	}
	n++
	from = word("_.")
	for strings.HasPrefix(text[n:], ", '") {
		n += len(", '")
		name := word("0123456789_.")
		if name == "" || n == len(text) || text[n] != '\'' {
			return 0, "", "", nil
		}
		n++
		names = append(names, name)
	}
	if n == len(text) || text[n] != ')' {
		return 0, "", "", nil
	}
	return n + 1, kind, from, names
}

func reader(kind, from string, names []string) string {
	switch kind {
	case "text":
		return coalesce(each(names, func(name string) string {
			return "nullif(trim(" + first(from, spellings(name)) + "), '')"
		}))
	case "time":
		return instant(first(from, spellings(names...)))
	case "bool":
		return "cast(" + first(from, spellings(names...)) + " as boolean)"
	case "id":
		var paths []string
		for _, name := range names {
			paths = append(append(paths, spellings(name)...), "$."+camel(strings.ReplaceAll(name, ".", "_")))
		}
		return number(first(from, unique(paths)))
	case "gid":
		return number(from)
	case "type":
		return "regexp_extract(" + from + ", '^gid://[a-z]+/([A-Za-z0-9]+)/', 1)"
	case "key":
		return number(recordKey)
	case "key_type":
		return reader("type", recordKey, nil)
	case "list":
		return list(from, names)
	case "item":
		return fmt.Sprintf("coalesce(json_extract(%s, '$.node'), %s)", from, from)
	case "money":
		return "cast(" + first(from, append(shopAmounts(names, amountPart), presentmentAmounts(names, amountPart)...)) + " as decimal)"
	case "unit":
		return unit(from, names)
	case "presentment":
		return "cast(" + first(from, presentmentAmounts(names, amountPart)) + " as decimal)"
	case "presentment_unit":
		return "upper(" + first(from, presentmentAmounts(names, unitPart)) + ")"
	case "currency":
		return "upper(" + reader("text", from, []string{"currency", "currency_code", "shop_currency"}) + ")"
	case "shop":
		return "lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name()))"
	case "loaded":
		return "nullif(_ingested_at, timestamp '1970-01-01')"
	}
	return ""
}

const recordKey = "coalesce(json_text(record, '$.id'), record_id)"

// spellings are the paths at which layouts keep what REST calls a.b.
func spellings(names ...string) []string {
	var paths []string
	for _, name := range names {
		steps := strings.Split(name, ".")
		paths = append(paths, "$."+name, "$."+strings.Join(each(steps, camel), "."))
		if len(steps) > 1 {
			paths = append(paths, "$."+strings.Join(steps, "_"), "$."+strings.Join(steps, "__"))
		}
	}
	return unique(paths)
}

// camel is a snake_case name in camelCase.
func camel(name string) string {
	head, rest, more := strings.Cut(name, "_")
	for more {
		var word string
		word, rest, more = strings.Cut(rest, "_")
		if word != "" {
			head += strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return head
}

// part is a member of a money object, as each layout names it.
type part struct{ rest, graphql, flat, suffix string }

var (
	amountPart = part{"amount", "amount", "amount", ""}
	unitPart   = part{"currency_code", "currencyCode", "currency_code", "_currency_code"}
)

// shopAmounts are the paths of an amount in the shop's money, and of an amount that is the only one.
func shopAmounts(names []string, p part) []string {
	var paths []string
	for _, name := range names {
		bag := camel(name + "_set")
		paths = append(paths,
			"$."+name+"_set.shop_money."+p.rest, "$."+bag+".shopMoney."+p.graphql,
			"$."+name+"_set_shop_"+p.flat, "$."+name+"_set_shop_money_"+p.flat, "$."+name+"_set__shop_money__"+p.flat,
			"$."+bag+"."+p.graphql, "$."+name+"_set."+p.rest, "$."+camel(name)+"."+p.graphql, "$."+name+"."+p.rest)
		if p.suffix == "" {
			paths = append(paths, "$."+name, "$."+camel(name))
		} else {
			paths = append(paths, "$."+name+"_currency_code", "$."+name+"_currency")
		}
	}
	return unique(paths)
}

// presentmentAmounts are the paths of an amount in the buyer's money.
func presentmentAmounts(names []string, p part) []string {
	var paths []string
	for _, name := range names {
		paths = append(paths,
			"$."+name+"_set.presentment_money."+p.rest, "$."+camel(name+"_set")+".presentmentMoney."+p.graphql, "$."+name+"_set_pres_"+p.flat,
			"$."+name+"_set_presentment_money_"+p.flat, "$."+name+"_set__presentment_money__"+p.flat)
	}
	return unique(paths)
}

// unit is the currency that stands with the amount which read_money takes, never that of another amount.
func unit(from string, names []string) string {
	return fmt.Sprintf("upper(case when %s is not null then %s else %s end)",
		first(from, shopAmounts(names, amountPart)), first(from, shopAmounts(names, unitPart)), first(from, presentmentAmounts(names, unitPart)))
}

func list(from string, names []string) string {
	var plain []string
	for _, name := range names {
		plain = append(plain, "$."+name, "$."+camel(name))
	}
	plain = unique(plain)
	var tries []string
	for _, path := range plain {
		tries = append(tries, at("json_extract", from, []string{path + ".edges", path + ".nodes", path + ".data"})...)
	}
	for _, path := range plain {
		tries = append(tries, fmt.Sprintf("case when json_type(%[1]s, '%[2]s') = 'array' then json_extract(%[1]s, '%[2]s') end", from, path))
	}
	return coalesce(append(tries, "cast("+first(from, plain)+" as json)"))
}

// number is the number in a gid, which may carry a query; another id as it is.
func number(text string) string {
	return fmt.Sprintf("coalesce(regexp_extract(%s, '^gid://[a-z]+/[A-Za-z0-9]+/([0-9]+)', 1), %s)", text, text)
}

// first is the text at the first of the paths that has any. Texts are chosen from before one is converted: engines then
// read the document once and convert once.
func first(from string, paths []string) string {
	return coalesce(at("json_text", from, paths))
}

// instant reads ISO 8601, or seconds since 1970.
func instant(text string) string {
	return fmt.Sprintf("coalesce(cast(%[1]s as timestamp), timestamp_seconds(cast(%[1]s as bigint)))", text)
}

func at(function, from string, paths []string) []string {
	return each(paths, func(path string) string { return function + "(" + from + ", '" + path + "')" })
}

func coalesce(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return "coalesce(" + strings.Join(list, ", ") + ")"
}

func each(list []string, f func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

func unique(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
