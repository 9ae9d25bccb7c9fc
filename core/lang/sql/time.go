package sql

import (
	"strings"
	"time"
)

// timestampLayout is how a timestamp looks as text and in a Literal.
const timestampLayout = "2006-01-02T15:04:05.000000Z"

// FormatTimestamp writes an instant as portable SQL does: UTC, six fraction digits.
func FormatTimestamp(t time.Time) string { return t.UTC().Format(timestampLayout) }

// ParseTimestamp reads text by the rule of cast(text as timestamp) and returns
// it as FormatTimestamp gives it.
func ParseTimestamp(text string) (string, bool) {
	s := strings.Trim(text, " ")
	if len(s) < 10 {
		return "", false
	}
	day, rest := s[:10], s[10:]
	at, ok := parseDay(day)
	if !ok {
		return "", false
	}
	if rest != "" {
		if rest[0] != 'T' && rest[0] != ' ' {
			return "", false
		}
		clock, offset, ok := parseClock(rest[1:])
		if !ok {
			return "", false
		}
		at = at.Add(clock - offset)
	}
	if at.Year() < 1 || at.Year() > 9999 {
		return "", false
	}
	return FormatTimestamp(at), true
}

// ParseDate reads text by the rule of cast(text as date).
func ParseDate(text string) (string, bool) {
	s, ok := ParseTimestamp(text)
	if !ok {
		return "", false
	}
	return s[:10], true
}

func parseDay(s string) (time.Time, bool) {
	year, ok1 := digits(s[0:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:10])
	if !ok1 || !ok2 || !ok3 || s[4] != '-' || s[7] != '-' || year < 1 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Year() == year && int(t.Month()) == month && t.Day() == day
}

// parseClock reads HH:MM[:SS[.f…]][zone].
func parseClock(s string) (clock, offset time.Duration, ok bool) {
	if len(s) < 5 || s[2] != ':' {
		return 0, 0, false
	}
	h, ok1 := digits(s[0:2])
	m, ok2 := digits(s[3:5])
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return 0, 0, false
	}
	clock = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	s = s[5:]
	if len(s) >= 3 && s[0] == ':' {
		sec, ok := digits(s[1:3])
		if !ok || sec > 59 {
			return 0, 0, false
		}
		clock += time.Duration(sec) * time.Second
		s = s[3:]
		if len(s) > 1 && s[0] == '.' && isDigit(s[1]) {
			n := 1
			for unit := 100 * time.Millisecond; n < len(s) && isDigit(s[n]); n++ {
				if unit >= time.Microsecond {
					clock += time.Duration(s[n]-'0') * unit
				}
				unit /= 10
			}
			s = s[n:]
		}
	}
	offset, ok = parseZone(s)
	return clock, offset, ok
}

func parseZone(s string) (time.Duration, bool) {
	if s == "" || s == "Z" || s == "z" {
		return 0, true
	}
	sign := time.Duration(1)
	switch s[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	hm := s[1:]
	if len(hm) == 5 && hm[2] == ':' {
		hm = hm[:2] + hm[3:]
	}
	if len(hm) == 2 {
		hm += "00"
	}
	if len(hm) != 4 {
		return 0, false
	}
	h, ok1 := digits(hm[:2])
	m, ok2 := digits(hm[2:])
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return 0, false
	}
	return sign * (time.Duration(h)*time.Hour + time.Duration(m)*time.Minute), true
}

func digits(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
