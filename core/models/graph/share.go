package graph

import "maps"

// Share copies nodes for another graph. Their queries are the same ones and must not be changed any more; what a graph
// notes on its nodes and relations is each graph's own.
func Share(nodes []*Node) []*Node {
	out := make([]*Node, len(nodes))
	for i, n := range nodes {
		c := &Node{Name: n.Name}
		own := map[*Relation]*Relation{}
		for _, r := range n.Makes {
			relation := *r
			own[r] = &relation
			c.Makes = append(c.Makes, &relation)
		}
		c.Steps = shared(n.Steps, own)
		out[i] = c
	}
	return out
}

func shared(steps []Step, own map[*Relation]*Relation) []Step {
	out := make([]Step, len(steps))
	for i, s := range steps {
		switch s := s.(type) {
		case *Create:
			r := own[s.Relation]
			if r == nil { // what a loop makes again
				relation := *s.Relation
				r = &relation
			}
			out[i] = &Create{Relation: r, Query: s.Query}
		case *Loop:
			out[i] = &Loop{Name: s.Name, Body: shared(s.Body, own), While: s.While, Max: s.Max}
		default:
			out[i] = s
		}
	}
	return out
}

// Closed reports that no node reads what others than these make.
func Closed(nodes []*Node) bool {
	made := map[string]bool{}
	for _, n := range nodes {
		for _, r := range n.Makes {
			made[r.Name] = true
		}
	}
	for _, n := range nodes {
		reads, _ := reads(n)
		for _, name := range reads {
			if !made[name] {
				return false
			}
		}
	}
	return true
}

// Clone copies the set.
func (e Empty) Clone() Empty { return maps.Clone(e) }
