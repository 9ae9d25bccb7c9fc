package load

import "bytes"

// stray reads the first line of a record that is broken by a quote in the wrong place, as lenient: true asks for: with quotes that
// are in no right place as characters, or with all of them so, whichever gives as many fields as the header has.
// It returns the line as well-formed CSV.
func stray(line, delimiter []byte, fields int) ([]byte, bool) {
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
	for _, list := range [][][]byte{quotedFields(line, delimiter), bytes.Split(line, delimiter)} {
		if len(list) == fields {
			return wellFormed(list, delimiter), true
		}
	}
	return nil, false
}

// quotedFields splits a line. A quoted field ends at a quote that a delimiter or the end of the line follows; nil if it does not end.
func quotedFields(line, delimiter []byte) (list [][]byte) {
	for {
		if len(line) == 0 || line[0] != '"' {
			field, rest, more := bytes.Cut(line, delimiter)
			if list = append(list, field); !more {
				return list
			}
			line = rest
			continue
		}
		end := 1
		for {
			i := bytes.IndexByte(line[end:], '"')
			if i < 0 {
				return nil
			}
			end += i + 1
			if end == len(line) || bytes.HasPrefix(line[end:], delimiter) {
				break
			}
			if line[end] == '"' { // a doubled quote, unless the field ends behind it
				if after := line[end+1:]; len(after) > 0 && !bytes.HasPrefix(after, delimiter) {
					end++
				}
			}
		}
		list = append(list, bytes.ReplaceAll(line[1:end-1], []byte(`""`), []byte{'"'}))
		if end == len(line) {
			return list
		}
		line = line[end+len(delimiter):]
	}
}

func wellFormed(list [][]byte, delimiter []byte) []byte {
	var out []byte
	for i, field := range list {
		if i > 0 {
			out = append(out, delimiter...)
		}
		out = append(out, '"')
		out = append(out, bytes.ReplaceAll(field, []byte{'"'}, []byte(`""`))...)
		out = append(out, '"')
	}
	return append(out, '\n')
}
