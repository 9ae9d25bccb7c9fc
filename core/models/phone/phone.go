// Package phone has the facts of the world's numbering plans that are needed to read a
// telephone number as it is dialled in a region: exit codes, trunk prefixes, calling codes
// and which numbers exist. regions.ndjson is generated from libphonenumber's metadata
// (test/phone/generate); models make portable SQL of one region's facts.
package phone

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed regions.ndjson
var regions string

// Region is a region's numbering plan. Its regular expressions are portable ones.
type Region struct {
	Code    string   `json:"region"` // ISO 3166-1, or 001 for a calling code of no country
	Calling string   `json:"calling"`
	IsMain  bool     `json:"main,omitempty"`    // of the regions that share the calling code
	Zero    string   `json:"zero,omitempty"`    // main: the national numbers that begin with 0 and another digit
	Dropped string   `json:"dropped,omitempty"` // main: the digit of trunk calls, where no national number begins with it
	Exit    []Branch `json:"exit,omitempty"`    // what is dialled before a calling code
	Trunk   []Branch `json:"trunk,omitempty"`   // what is dialled before a national number
	Numbers []string `json:"numbers"`           // whole national numbers, any of these
	Lengths []int    `json:"lengths"`           // of national numbers
	Local   []int    `json:"local,omitempty"`   // of numbers without their area code
}

// Branch is one form of a prefix, tried in order: where Pattern matches at the start, the first
// Drop digits go, As is written before what is left, and behind the next Keep digits Skip digits go.
type Branch struct {
	Pattern string `json:"p"`
	Drop    int    `json:"n,omitempty"`
	As      string `json:"as,omitempty"`
	Keep    int    `json:"keep,omitempty"`
	Skip    int    `json:"skip,omitempty"`
}

// All returns the regions, sorted by code and calling code.
var All = sync.OnceValues(func() ([]Region, error) {
	var list []Region
	for line := range strings.Lines(regions) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var r Region
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, fmt.Errorf("phone: regions.ndjson: %w", err)
		}
		list = append(list, r)
	}
	return list, nil
})

// Find returns the plan of a region, given by its ISO 3166-1 code.
func Find(code string) (Region, bool) {
	return first(func(r Region) bool { return r.Code == code && code != "001" })
}

// OfCalling returns the plan of the main region of a calling code.
func OfCalling(calling string) (Region, bool) {
	return first(func(r Region) bool { return r.IsMain && r.Calling == calling })
}

func first(is func(Region) bool) (Region, bool) {
	list, err := All()
	if err != nil {
		return Region{}, false
	}
	i := slices.IndexFunc(list, is)
	if i < 0 {
		return Region{}, false
	}
	return list[i], true
}

// Main returns the plan that holds behind r's calling code.
func (r Region) Main() Region {
	if m, ok := OfCalling(r.Calling); ok {
		return m
	}
	return r
}
