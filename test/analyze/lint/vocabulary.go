package lint

import "strings"

// vocabularyRules are the closed vocabulary: what is not listed for a dialect does not exist there.
func vocabularyRules() []Rule {
	return []Rule{
		{Name: "head", Why: "a statement that the dialect has no use for, or does not know", check: (*scan).head},
		{Name: "size", Why: "a text above the documented limit is refused", check: func(s *scan) {
			if s.facts.size > 0 && len(s.sql) > s.facts.size {
				s.report(0, "%d bytes, at most %d are taken", len(s.sql), s.facts.size)
			}
		}},
		{Name: "name", Why: "a longer name is cut or refused", check: (*scan).names},
		{Name: "function", Why: "a function that the dialect does not have, or with another number of arguments", check: (*scan).functions},
		{Name: "word", Why: "an unquoted word that is not a keyword of the grammar in use: a name without quotes, or another dialect's syntax", check: (*scan).words},
		{Name: "operator", Why: "an operator that the dialect does not have or that releases read differently", check: func(s *scan) {
			for i, t := range s.tokens {
				if t.kind == mark && !s.facts.marks[t.text] && !s.typed[i] {
					s.report(i, "operator %s", t.text)
				}
			}
		}},
		{Name: "type", Why: "a type that the dialect does not have, or that is not the one that the core means by it", check: func(s *scan) {
			for _, t := range s.typeNames() {
				if name := typeName(s.text(t[0], t[1])); !s.facts.types[name] {
					s.report(t[0], "type %s", name)
				}
			}
		}},
	}
}

func (s *scan) head() {
	for _, h := range s.facts.heads {
		if s.are(0, h...) {
			return
		}
	}
	s.report(0, "a statement that begins so")
}

func (s *scan) names() {
	for i, t := range s.tokens {
		switch {
		case t.kind != name:
		case len(t.value) > s.facts.names:
			s.report(i, "a name of %d bytes, at most %d", len(t.value), s.facts.names)
		case t.value == "":
			s.report(i, "an empty name")
		case s.dialect.UpperNames && t.value != strings.ToUpper(t.value):
			s.report(i, "a name in lower case, which unquoted names do not mean")
		}
	}
}

// functions checks each word before a bracket.
func (s *scan) functions() {
	for i, t := range s.tokens {
		if t.kind != word || !s.is(i+1, "(") || s.typed[i] {
			continue
		}
		arity, known := s.facts.functions[t.text]
		if !known {
			if !s.facts.words[t.text] {
				s.report(i, "function %s", t.text)
			}
			continue
		}
		if s.isAny(i, "CAST", "TRY_CAST", "SAFE_CAST") || s.isAny(i+2, "SELECT", "WITH") {
			continue // x AS type, or the rows of a query
		}
		n := len(s.arguments(i))
		if n < arity[0] || arity[1] >= 0 && n > arity[1] {
			if s.facts.words[t.text] && n > 0 { // DATE (…) may be a word before a bracket
				continue
			}
			s.report(i, "function %s with %d arguments", t.text, n)
		}
	}
}

// arguments are the parts between the brackets of a call; an ORDER BY ends the last.
func (s *scan) arguments(call int) [][2]int {
	open := call + 1
	end := s.until(open+1, "ORDER")
	for s.is(end-1, "NULLS") || s.is(end-1, "IGNORE") { // IGNORE NULLS ORDER BY
		end--
	}
	return s.list(open+1, end)
}

func (s *scan) words() {
	if s.is(0, "SET") || s.are(0, "ALTER", "SESSION", "SET") {
		return // the names of settings are the engine's
	}
	for i, t := range s.tokens {
		if t.kind == word && !s.is(i+1, "(") && !s.typed[i] && !s.facts.words[t.text] {
			s.report(i, "word %s", t.text)
		}
	}
}

// typeNames finds the types of CAST (x AS type) and of a new table's columns, as [from, to).
func (s *scan) typeNames() [][2]int {
	var found [][2]int
	for i := range s.tokens {
		if !s.isAny(i, "CAST", "TRY_CAST", "SAFE_CAST") || !s.is(i+1, "(") {
			continue
		}
		if as := s.until(i+2, "AS"); s.is(as, "AS") {
			found = append(found, [2]int{as + 1, s.tokens[i+1].mate})
		}
	}
	if s.are(0, "ALTER", "TABLE") { // ADD COLUMN name type
		for i := range s.tokens {
			if s.is(i, "COLUMN") && s.is(i-1, "ADD") {
				found = append(found, [2]int{i + 2, len(s.tokens)})
			}
		}
	}
	i := 0
	if s.are(0, "CREATE", "TABLE") {
		i = 2
	} else if s.are(0, "CREATE", "OR", "REPLACE", "TABLE") {
		i = 4
	}
	if i > 0 {
		if s.are(i, "IF", "NOT", "EXISTS") {
			i += 3
		}
		for i < len(s.tokens) && (s.tokens[i].kind == name || s.is(i, ".")) {
			i++
		}
		if s.is(i, "(") {
			for _, column := range s.list(i+1, s.tokens[i].mate) {
				found = append(found, [2]int{column[0] + 1, column[1]})
			}
		}
	}
	return found
}

func (s *scan) typeTokens() map[int]bool {
	typed := map[int]bool{}
	for _, t := range s.typeNames() {
		for i := t[0]; i < t[1]; i++ {
			typed[i] = true
		}
	}
	return typed
}

// typeName writes a type in one way: upper case, no collation, no compression.
func typeName(s string) string {
	name, _, _ := strings.Cut(strings.ToUpper(s), " COLLATE ")
	name, _, _ = strings.Cut(name, " USING COMPRESSION ")
	return strings.TrimSpace(name)
}
