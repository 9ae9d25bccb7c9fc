package sql

// Pos is a place in a source text. Line and Col count from 1, Col in code
// points; the zero Pos marks a node that the core made and no text holds.
type Pos struct {
	Offset int // bytes from the start of the text
	Line   int
	Col    int
}

// IsValid reports whether the position points into a text.
func (p Pos) IsValid() bool { return p.Line > 0 }

// Query is a whole statement or a nested one: common table expressions and the
// arms of a UNION ALL (one arm is a plain SELECT).
type Query struct {
	Pos  Pos
	With []*CTE
	Arms []*Select
}

// CTE is one common table expression. A recursive one exists in the core's own
// models only: Query is then its anchor and Recursion its step.
type CTE struct {
	Pos       Pos
	Name      string
	Query     *Query
	Recursion *Recursion
}

// RecursionForm says how the rows of a recursive step are taken up.
type RecursionForm uint8

const (
	// RecurseUnionAll keeps every row; the data must be acyclic.
	RecurseUnionAll RecursionForm = iota
	// RecurseUnion keeps rows not seen before.
	RecurseUnion
	// RecurseKeyed keeps one row a key, the newest (DuckDB's USING KEY).
	RecurseKeyed
)

// Recursion is the recursive arm of a CTE.
type Recursion struct {
	Form RecursionForm
	Key  []string // columns, for RecurseKeyed
	Step *Query
}

// Select is one SELECT of a query.
type Select struct {
	Pos      Pos
	Distinct bool
	Items    []*Item
	From     TableExpr // nil: a single row
	Where    Expr
	GroupBy  []Expr
	Having   Expr
	Qualify  Expr
}

// Item is one expression of the select list. After checking, Alias is never
// empty and Star never set: the checker expands `*` from declared columns.
type Item struct {
	Pos   Pos
	Expr  Expr
	Alias string
	Star  bool   // `*` or `t.*`; Expr is nil
	Table string // the t of `t.*`
}

// TableExpr is what FROM holds: *Relation, *Subquery, *Unnest or *Join (or *Each, until it is expanded).
type TableExpr interface {
	Position() Pos
	tableExpr()
}

// Relation names a table: raw.x, normalized.x, a CTE (no schema), or, in the
// core's own models, model.x (a node of the graph), prev.x (the published
// table of the last build) and recurring.x (the keyed table of a recursion).
type Relation struct {
	Pos    Pos
	Schema string
	Name   string
	Alias  string
}

// Subquery is a parenthesised query with a name.
type Subquery struct {
	Pos   Pos
	Query *Query
	Alias string
}

// Unnest makes one row of each element of Expr, a call of one of the
// vocabulary's set functions (json_array, json_keys, …). Ordinality counts from 0.
// It is on the right of a cross or left join and may read its left side.
type Unnest struct {
	Pos        Pos
	Expr       Expr
	Alias      string
	Value      string // the value column's name
	Ordinality string // the position column's name; "" if not asked for
	ValueType  Type   // set by the checker
}

// JoinKind is the kind of a join.
type JoinKind uint8

const (
	InnerJoin JoinKind = iota
	LeftJoin
	FullJoin
	CrossJoin
)

// Join joins two tables. On is nil for a cross join and TRUE for a left join of
// an unnest.
type Join struct {
	Pos   Pos
	Kind  JoinKind
	Left  TableExpr
	Right TableExpr
	On    Expr
}

// Position and the marker methods make the node types closed unions.
func (t *Relation) Position() Pos { return t.Pos }
func (t *Subquery) Position() Pos { return t.Pos }
func (t *Unnest) Position() Pos   { return t.Pos }
func (t *Join) Position() Pos     { return t.Pos }

func (*Relation) tableExpr() {}
func (*Subquery) tableExpr() {}
func (*Unnest) tableExpr()   {}
func (*Join) tableExpr()     {}

// Expr is an expression. Type is Invalid until the checker has set it.
type Expr interface {
	Position() Pos
	Type() Type
	SetType(Type)
	expr()
}

// Node is what every expression embeds: its place and its type.
type Node struct {
	Pos Pos
	T   Type
}

func (n *Node) Position() Pos  { return n.Pos }
func (n *Node) Type() Type     { return n.T }
func (n *Node) SetType(t Type) { n.T = t }
func (n *Node) expr()          {}

// Literal is a constant. Its type is set by the parser: Null, Boolean, Bigint
// (no point), Decimal (a point), Text, Timestamp, Date. Value is the decoded
// text for Text; digits for numbers; "true"/"false"; 2024-01-31T00:00:00.000000Z
// for Timestamp; 2024-01-31 for Date; "" for Null.
type Literal struct {
	Node
	Value string
}

// Column reads a column: of the table or alias Table, or of any if "".
type Column struct {
	Node
	Table string
	Name  string
}

// Op is an operator.
type Op uint8

const (
	OpInvalid Op = iota
	OpOr
	OpAnd
	OpNot
	OpEq
	OpNe
	OpLt
	OpLe
	OpGt
	OpGe
	OpAdd
	OpSub
	OpMul
	OpDiv
	OpConcat // ||
	OpNeg
)

// Unary is NOT x or -x.
type Unary struct {
	Node
	Op Op
	X  Expr
}

// Binary is x op y. BETWEEN is parsed into two of them.
type Binary struct {
	Node
	Op   Op
	L, R Expr
}

// IsNull is x IS [NOT] NULL.
type IsNull struct {
	Node
	X   Expr
	Not bool
}

// IsDistinct is x IS [NOT] DISTINCT FROM y.
type IsDistinct struct {
	Node
	L, R Expr
	Not  bool
}

// In is x [NOT] IN (list); an empty list (from a config value) is FALSE.
type In struct {
	Node
	X    Expr
	List []Expr
	Not  bool
}

// Case is a searched CASE; a simple one is parsed into it.
type Case struct {
	Node
	Whens []When
	Else  Expr // nil: NULL
}

// When is one branch of a Case.
type When struct {
	Cond Expr
	Then Expr
}

// Cast converts X; what does not convert is NULL.
type Cast struct {
	Node
	X  Expr
	To Type
}

// Call calls a function of the vocabulary: scalar, aggregate (with Distinct,
// Star for count(*), OrderBy for ordered ones) or, with Over, a window.
type Call struct {
	Node
	Name     string
	Args     []Expr
	Star     bool
	Distinct bool
	OrderBy  []*Order
	Over     *Window
}

// Order is one sort key. NULLs sort last both ways; text by code point.
type Order struct {
	X    Expr
	Desc bool
}

// Window is the OVER clause of a call.
type Window struct {
	PartitionBy []Expr
	OrderBy     []*Order
	Frame       *Frame // nil: the function's own default, see docs/portable-sql.md
}

// BoundKind is one end of a frame.
type BoundKind uint8

const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// Bound is one end of a frame; N counts rows for Preceding and Following.
type Bound struct {
	Kind BoundKind
	N    int
}

// Frame is ROWS BETWEEN Start AND End.
type Frame struct {
	Start, End Bound
}
