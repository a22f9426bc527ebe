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
		Group Ident       `parser:"@@ '='"`
		Ref   PropertyRef `parser:"@@"`
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

// Format is a file format of IMPORT or EXPORT with its options. Exactly the
// options that the format knows can be set.
type Format struct {
	Range
	CSV   *CSVFormat  `parser:"(  'CSV' @@"`
	DBF   *TextFormat `parser:" | 'DBF' @@"`
	XLS   *XLSFormat  `parser:" | 'XLS' @@"`
	XLSX  *XLSFormat  `parser:" | 'XLSX' @@"`
	JSON  *TextFormat `parser:" | 'JSON' @@"`
	XML   *TextFormat `parser:" | 'XML' @@"`
	Table *TextFormat `parser:" | 'TABLE' @@ )"`
}
