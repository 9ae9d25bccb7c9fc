package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// ScriptLoop is a loop as a script has it: the body's parts, again and again until the
// query of one number gives 0. More than Max rounds are an error.
type ScriptLoop struct {
	Name  string
	Body  []ScriptPart
	While string
	Max   int
}

// ScriptPart is a statement or a loop.
type ScriptPart struct {
	Statement string
	Loop      *ScriptLoop
}

// Script appends statements as the file of a client that runs them in order, each loop as a
// block of the database's own procedural language. home is the path of a schema in
// which a procedure may exist for a moment, where blocks have to be procedures. DuckDB has no such
// language: a loop is its body between two remarks there.
func Script(b []byte, d *dialect.Dialect, home []string, parts []ScriptPart) []byte {
	for _, part := range parts {
		switch {
		case part.Loop == nil:
			b = append(append(b, part.Statement...), ";\n\n"...)
		case d.Block == dialect.BlockNone:
			b = append(b, "-- Repeat "+part.Loop.Name+" until its last query gives 0.\n\n"...)
			b = Script(b, d, home, part.Loop.Body)
			b = append(append(b, part.Loop.While...), ";\n\n-- End of "+part.Loop.Name+".\n\n"...)
		default:
			b = append(append(b, block(d, home, part.Loop)...), "\n\n"...)
		}
	}
	return b
}

// block writes a loop as one statement with its semicolon.
func block(d *dialect.Dialect, home []string, l *ScriptLoop) string {
	w := &blockWriter{d: d}
	body := indent(w.loop(l))
	var declared []string
	for i := 1; i <= w.loops; i++ {
		declared = append(declared, w.declare(counter(i)), w.declare(rest(i)))
	}
	declare := "  " + strings.Join(declared, "\n  ")
	switch d.Block {
	case dialect.BlockDo:
		text := "\nDECLARE\n" + declare + "\nBEGIN\n  " + body + "\nEND\n"
		tag := dollarTag(text)
		return "DO " + tag + text + tag + ";"
	case dialect.BlockProcedure:
		name := Path(d, append(append([]string(nil), home...), "nxw_"+l.Name))
		text := "\nDECLARE\n" + declare + "\nBEGIN\n  " + body + "\nEND;\n"
		tag := dollarTag(text)
		return "CREATE OR REPLACE PROCEDURE " + name + "() AS " + tag + text + tag + " LANGUAGE plpgsql;\n\nCALL " + name + "();\n\nDROP PROCEDURE " + name + "();"
	case dialect.BlockScripting:
		text := "\nDECLARE\n" + declare + "\n  nx_stuck EXCEPTION (-20001, " + Text(d, "a loop has not ended within its bound") + ");\nBEGIN\n  " + body + "\nEND;\n"
		if strings.Contains(text, "$$") {
			return "EXECUTE IMMEDIATE " + quoted(d, text) + ";"
		}
		return "EXECUTE IMMEDIATE $$" + text + "$$;"
	}
	return "BEGIN\n" + declare + "\n  " + body + "\nEND;"
}

// blockWriter numbers a block's loops, which may nest.
type blockWriter struct {
	d     *dialect.Dialect
	loops int
}

func counter(n int) string { return "nx_round_" + strconv.Itoa(n) }
func rest(n int) string    { return "nx_left_" + strconv.Itoa(n) }

// declare declares a whole number, 0 at first where that can be said.
func (w *blockWriter) declare(name string) string {
	switch w.d.Block {
	case dialect.BlockDo, dialect.BlockProcedure:
		return name + " bigint := 0;"
	case dialect.BlockScripting:
		return name + " INTEGER DEFAULT 0;"
	}
	return "DECLARE " + name + " BIGINT DEFAULT 0;"
}

func (w *blockWriter) set(name, value string) string {
	switch w.d.Block {
	case dialect.BlockDo, dialect.BlockProcedure, dialect.BlockScripting:
		return name + " := " + value + ";"
	}
	return "SET " + name + " = " + value + ";"
}

func (w *blockWriter) loop(l *ScriptLoop) string {
	w.loops++
	n := w.loops
	var lines []string
	for _, part := range l.Body {
		if part.Loop != nil {
			lines = append(lines, w.loop(part.Loop))
		} else {
			lines = append(lines, w.run(part.Statement))
		}
	}
	open, leave, end := "LOOP", "EXIT;", "END LOOP;"
	switch w.d.Block {
	case dialect.BlockScripting:
		leave = "BREAK;"
	case dialect.BlockScript:
		leave = "LEAVE;"
	case dialect.BlockCompound:
		label := "nx_loop_" + strconv.Itoa(n)
		open, leave, end = label+": LOOP", "LEAVE "+label+";", "END LOOP "+label+";"
	}
	stuck := fmt.Sprintf("%s has not ended after %d rounds", l.Name, l.Max)
	condition := func(c string) string {
		if w.d.Block == dialect.BlockScripting {
			return "(" + c + ")"
		}
		return c
	}
	lines = append(lines, w.query(rest(n), l.While),
		"IF "+condition(rest(n)+" = 0")+" THEN\n  "+leave+"\nEND IF;",
		w.set(counter(n), counter(n)+" + 1"),
		"IF "+condition(counter(n)+" >= "+strconv.Itoa(l.Max))+" THEN\n  "+w.raise(stuck)+"\nEND IF;")
	return w.set(counter(n), "0") + "\n" + open + "\n  " + indent(strings.Join(lines, "\n")) + "\n" + end
}

// run runs a statement. PostgreSQL and Redshift keep the plan of one that is in a block by
// itself, and its tables are made again each round.
func (w *blockWriter) run(statement string) string {
	if w.d.Block == dialect.BlockDo || w.d.Block == dialect.BlockProcedure {
		return "EXECUTE " + quoted(w.d, statement) + ";"
	}
	return statement + ";"
}

// query puts a query's number into a variable.
func (w *blockWriter) query(into, query string) string {
	if w.d.Block == dialect.BlockDo || w.d.Block == dialect.BlockProcedure {
		return "EXECUTE " + quoted(w.d, query) + " INTO " + into + ";"
	}
	return w.set(into, "(\n  "+indent(query)+"\n)")
}

func (w *blockWriter) raise(message string) string {
	switch w.d.Block {
	case dialect.BlockDo, dialect.BlockProcedure:
		return "RAISE EXCEPTION " + Text(w.d, message) + ";"
	case dialect.BlockScripting:
		return "RAISE nx_stuck;"
	case dialect.BlockScript:
		return "RAISE USING MESSAGE = " + Text(w.d, message) + ";"
	}
	return "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = " + Text(w.d, message) + ";"
}

// quoted writes a statement as a literal that keeps its line breaks.
func quoted(d *dialect.Dialect, s string) string {
	if d.Strings == dialect.DoubledAndBackslash {
		s = strings.ReplaceAll(s, `\`, `\\`)
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// dollarTag is a quote that the text does not hold.
func dollarTag(text string) string {
	tag := "$$"
	for n := 0; strings.Contains(text, tag); n++ {
		tag = "$nx" + strconv.Itoa(n) + "$"
	}
	return tag
}
