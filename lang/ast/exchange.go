package ast

type (
	// Import is IMPORT [format] FROM x FIELDS ... DO, or TO p, q WHERE w.
	Import struct {
		Loc
		Format   *Format
		From     Expr
		IsFields bool          // FIELDS was written
		Params   []Param       // FIELDS (A a)
		Fields   []ImportField // FIELDS
		Do, Else Action        // of FIELDS; Do is nil when not written
		Classes  []ClassRef    // TO (A, B)
		Listed   bool
		To       []ImportTarget
		Where    *PropertyRef
	}

	// ImportField is CLASS name = 'column' NULL.
	ImportField struct {
		Loc
		Class  ClassRef
		Name   *Ident // nil: the column is the name
		Column Text
		Null   bool
	}

	// ImportTarget is p = column.
	ImportTarget struct {
		Loc
		Ref    PropertyRef
		Column *Text
	}

	// ImportForm is IMPORT form [format] FROM x, or FROM a = x, b = y.
	ImportForm struct {
		Loc
		Form   Name
		Format *Format
		From   []Aliased
	}

	// Export is EXPORT [format] FROM a = x WHERE w ORDER o TOP n TO p.
	Export struct {
		Loc
		Format  *Format
		Columns []Aliased
		Where   Expr
		Order   []Ordered
		Limit   Limit
		To      *PropertyRef
	}

	// ExportForm is EXPORT form OBJECTS ... FILTERS ... [format] TOP n TO p.
	ExportForm struct {
		Loc
		Form    MappedForm
		Filters []Expr
		Format  *Format
		Limit   FormLimit
		To      *PropertyRef
		Targets []GroupTarget // TO g = p, h = q
	}

	// GroupTarget is group = property.
	GroupTarget struct {
		Group Ident
		Ref   PropertyRef
	}

	// External is EXTERNAL kind ... PARAMS a, b TO p, q.
	External struct {
		Loc
		Target ExternalTarget
		Params []NamedExpr
		To     []PropertyRef
	}

	// NamedExpr is x, or name = x in PARAMS of a connector.
	NamedExpr struct {
		Name *Ident
		Expr Expr
	}
)

// Format is a file format of IMPORT or EXPORT with its options; options that
// the format does not know are nil or empty.
type Format struct {
	Loc
	Name      string // CSV DBF XLS XLSX JSON XML TABLE
	Separator *Text  // of CSV
	Header    string // HEADER, NOHEADER or ""
	Escape    string // ESCAPE, NOESCAPE or ""
	Charset   *Text
	Sheet     Expr
	AllSheets bool
	Root, Tag Expr
	Attr      bool
	Memo      Expr
	Where     Expr
}

// ExternalTarget says which system EXTERNAL calls.
type ExternalTarget struct {
	Loc
	Kind   string // SQL TCP UDP HTTP DBF LSF JAVA CONNECTOR
	Client bool   // TCP, UDP, HTTP
	// Address is the connection string, URL, or id of the connector.
	Address Expr
	// Exec is the SQL text, the name after EXEC of LSF and CONNECTOR, or the
	// script after EVAL.
	Exec       Expr
	Eval       bool // LSF: EVAL
	EvalAction bool // LSF: EVAL ACTION
	Charset    *Text
	HTTP       *HTTPTarget
}

// HTTPTarget holds the parts of EXTERNAL HTTP. The last one counts when an
// option is written twice.
type HTTPTarget struct {
	Method           string // "" when not written
	BodyURL          Expr
	BodyParamNames   []Expr
	BodyParamHeaders []PropertyRef
	Headers          *PropertyRef
	Cookies          *PropertyRef
	HeadersTo        *PropertyRef
	CookiesTo        *PropertyRef
	NoEncode         bool
}

func (*Import) action()     {}
func (*ImportForm) action() {}
func (*Export) action()     {}
func (*ExportForm) action() {}
func (*External) action()   {}
