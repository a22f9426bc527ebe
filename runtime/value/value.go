package value

import (
	"math"
	"math/big"
	"unsafe"
)

// Value is one value or NULL. Copy it freely; never compare two with == (texts
// and big numbers hold pointers), use Equal. The zero Value is NULL.
type Value struct {
	p    unsafe.Pointer // text bytes, *big.Int, *FileData, *JSONData, *[]Value
	n    int64          // the number, day, microsecond, id, or length of the text
	kind Kind
	// Numeric: digits after the point; File, JSON, Interval, Opaque: Name of the
	// class. Four fields are as many as the compiler keeps in registers.
	aux uint16
}

// TRUE, TTRUE and TFALSE.
var (
	True   = Value{kind: Boolean, n: 1}
	TTrue  = Value{kind: TBoolean, n: 1}
	TFalse = Value{kind: TBoolean, n: 0}
)

// Kind tells how v is represented; Null for NULL.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is NULL. A condition holds when it is not NULL.
func (v Value) IsNull() bool { return v.kind == Null }

// Bool is TRUE for true and NULL for false.
func Bool(b bool) Value {
	if b {
		return True
	}
	return Value{}
}

// Int makes an INTEGER, Int64 a LONG, Float a DOUBLE.
func Int(n int32) Value   { return Value{kind: Integer, n: int64(n)} }
func Int64(n int64) Value { return Value{kind: Long, n: n} }
func Float(f float64) Value {
	return Value{kind: Double, n: int64(math.Float64bits(f))}
}

// Decimal makes a NUMERIC: unscaled / 10^scale.
func Decimal(unscaled int64, scale int) Value {
	return Value{kind: Numeric, n: unscaled, aux: uint16(scale)}
}

// BigDecimal makes a NUMERIC from a number of any size. It owns unscaled
// afterwards. Numbers that fit an int64 are kept without a pointer.
func BigDecimal(unscaled *big.Int, scale int) Value {
	if unscaled.IsInt64() {
		return Decimal(unscaled.Int64(), scale)
	}
	return Value{kind: Numeric, p: unsafe.Pointer(unscaled), aux: uint16(scale)}
}

// String makes a text value.
func String(s string) Value {
	return Value{kind: Text, p: unsafe.Pointer(unsafe.StringData(s)), n: int64(len(s))}
}

// Of makes a value of a kind that is one number: Boolean, TBoolean, Integer,
// Long, Date, Time, DateTime, ZDateTime, Year, Color, Object.
func Of(k Kind, n int64) Value { return Value{kind: k, n: n} }

// ObjectOf is the object with that id.
func ObjectOf(id int64) Value { return Value{kind: Object, n: id} }

// Num is the number behind v: the value of Integer and Long, days, microseconds,
// the id of an object, the unscaled number of a small Numeric.
func (v Value) Num() int64 { return v.n }

// Double is the value of a DOUBLE.
func (v Value) Double() float64 { return math.Float64frombits(uint64(v.n)) }

// Scale is the number of digits after the point of a Numeric.
func (v Value) Scale() int {
	if v.kind != Numeric {
		return 0
	}
	return int(v.aux)
}

// Big is the unscaled number of a Numeric and whether it is too big for an
// int64; the caller must not change it. For small ones it is nil: use Num.
func (v Value) Big() (*big.Int, bool) {
	if v.kind == Numeric && v.p != nil {
		return (*big.Int)(v.p), true
	}
	return nil, false
}

// Str is the text of a Text value, "" otherwise.
func (v Value) Str() string {
	if v.kind != Text || v.n == 0 {
		return ""
	}
	return unsafe.String((*byte)(v.p), int(v.n))
}

// FileData is the content of a file value. Ext is the extension in lower case
// without the dot ("" unknown); Name is that of a NAMEDFILE, without extension.
// Values share it: never change one that a Value holds.
type FileData struct {
	Bytes []byte
	Ext   string
	Name  string
}

// FileOf makes a file of the class named class (NameFile, NameJSONFile, ...).
// Which of Ext and Name the class keeps is the caller's affair.
func FileOf(class Name, f *FileData) Value {
	return Value{kind: File, p: unsafe.Pointer(f), aux: uint16(class)}
}

// File is the content of a File value, nil otherwise.
func (v Value) File() *FileData {
	if v.kind != File {
		return nil
	}
	return (*FileData)(v.p)
}

// ClassName is the class of a File, JSON, Interval or Opaque value (NameJSONFile,
// NameJSONText, NameIntervalDate ...).
func (v Value) ClassName() Name {
	if v.kind == Numeric {
		return NoName
	}
	return Name(v.aux)
}

// JSONText makes a JSON (NameJSON: normalised text) or JSONTEXT (NameJSONText:
// text as written) value from text that is already valid and, for NameJSON,
// already normalised (product.md decision 40).
func JSONText(class Name, text string) Value {
	return Value{kind: JSON, p: unsafe.Pointer(unsafe.StringData(text)), n: int64(len(text)), aux: uint16(class)}
}

// JSONString is the text of a JSON value.
func (v Value) JSONString() string {
	if v.kind != JSON || v.n == 0 {
		return ""
	}
	return unsafe.String((*byte)(v.p), int(v.n))
}

// OpaqueOf makes a value of XML, HTML, a LINK class, TSVECTOR or TSQUERY: a
// text that is only carried about.
func OpaqueOf(class Name, text string) Value {
	return Value{kind: Opaque, p: unsafe.Pointer(unsafe.StringData(text)), n: int64(len(text)), aux: uint16(class)}
}

// OpaqueText is the text of an Opaque value, "" otherwise.
func (v Value) OpaqueText() string {
	if v.kind != Opaque || v.n == 0 {
		return ""
	}
	return unsafe.String((*byte)(v.p), int(v.n))
}

type interval struct{ from, to int64 }

// IntervalOf makes an INTERVAL of the class (NameIntervalDate, ...) from two
// numbers of its element kind.
func IntervalOf(class Name, from, to int64) Value {
	return Value{kind: Interval, p: unsafe.Pointer(&interval{from, to}), aux: uint16(class)}
}

// IntervalBounds gives the two ends of an Interval value.
func (v Value) IntervalBounds() (from, to int64) {
	if v.kind != Interval {
		return 0, 0
	}
	i := (*interval)(v.p)
	return i.from, i.to
}

// StructOf makes a STRUCT of parts. It owns parts afterwards. A structure with
// a NULL part is NULL (product.md decision 31).
func StructOf(parts []Value) Value {
	for _, p := range parts {
		if p.IsNull() {
			return Value{}
		}
	}
	return Value{kind: Struct, p: unsafe.Pointer(&parts)}
}

// Parts are the parts of a Struct value; the caller must not change them.
func (v Value) Parts() []Value {
	if v.kind != Struct {
		return nil
	}
	return *(*[]Value)(v.p)
}

// Error is a run-time error as data: a stable code (E3xxx) and one sentence.
// Where it happened is added by the interpreter.
type Error struct {
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }
