package rewrite

// Calls that only rewritten trees have; core/emit/render writes them.
const (
	Choice = "nx_choice" // nx_choice(value, …): the first of them that has a text
	At     = "nx_at"     // nx_at(raw[, text]): a value in its raw form, and its text
	Item   = "nx_item"   // nx_item(list, i): the i-th element
	List   = "nx_list"   // nx_list(set function): the list that unnest takes; nx_list(document, path, …): the values there
	Rows   = "nx_rows"   // nx_rows(list[, left]): unnest(list)
	Rank   = "nx_rank"   // nx_rank(list[, left]): the position of nx_rows, from 0
	Raw    = "nx_raw"    // nx_raw(document, path): the value there
	Text   = "nx_text"   // nx_text(value): json_text of it
	Texts  = "nx_texts"  // nx_texts(list): json_text of its elements
	Word   = "nx_word"   // nx_word(element): the text that a list's element is
)

// Made reports whether a call exists in rewritten trees only.
func Made(name string) bool {
	switch name {
	case At, Choice, Item, List, Rows, Rank, Raw, Text, Texts, Word:
		return true
	}
	return false
}
