// Package computed is the layer after resolution: the relations entity.* that computed fragments
// read, and what those fragments give, checked and named like what sources give. The
// models of traits, states and dimensions take it up; the relations hold none of it, so nothing
// is computed from what is computed.
package computed
