package store

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/big"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// NullCell is the cell of NULL.
const NullCell = math.MinInt64

// dropped marks, in the changes of a session, a key whose value was removed.
const dropped = math.MinInt64 + 1

// handleBase parts NUMERIC cells: numbers below it in absolute value are the
// unscaled number, others are handles of numbers too big for that.
const handleBase = 1 << 62

type mode uint8

const (
	modeTagged  mode = iota // handle of kind and content
	modeInt                 // Value.Num
	modeScaled              // unscaled number, or a handle
	modeFloat               // bits of the float
	modeText                // handle of the text
	modeNumeric             // NUMERIC without parameters: tagged, equal by value
)

// A Codec turns the values of one class into cells and back. A cell is an
// int64; NULL is NullCell. Codecs are values, safe for any goroutine.
type Codec struct {
	pool  *pool
	class value.Class
	kind  value.Kind
	mode  mode
	key   bool
}

func newCodec(p *pool, class value.Class, key bool) Codec {
	c := Codec{pool: p, class: class, kind: class.Kind(), key: key}
	switch c.kind {
	case value.Boolean, value.TBoolean, value.Integer, value.Long, value.Date, value.Time,
		value.DateTime, value.ZDateTime, value.Year, value.Color, value.Object:
		c.mode = modeInt
	case value.Double:
		c.mode = modeFloat
	case value.Text:
		c.mode = modeText
	case value.Numeric:
		c.mode = modeScaled
		if class.Prec == value.Unlimited {
			c.mode = modeNumeric
		}
	}
	return c
}

// Direct reports whether the cell is the Num of the value (INTEGER, LONG,
// DATE, objects ...; BOOLEAN is 1, TBOOLEAN 0 or 1). Such cells order as the
// values do.
func (c Codec) Direct() bool { return c.mode == modeInt }

// Scaled reports whether cells of absolute value below 1<<62 are the unscaled
// number at that scale; other cells are handles that only Value understands.
func (c Codec) Scaled() (scale int, ok bool) { return int(c.class.Scale), c.mode == modeScaled }

// Float reports whether the cell is the bits of a float64.
func (c Codec) Float() bool { return c.mode == modeFloat }

// Interned reports whether equal values have equal cells in no useful order
// (texts, JSON, files ...).
func (c Codec) Interned() bool { return c.mode == modeText || c.mode == modeTagged }

// Class is the class the codec was made for.
func (c Codec) Class() value.Class { return c.class }

// Cell gives the cell of v. ok is false when v is not of the class and cannot
// be turned into it without loss (as a key, it is not there).
func (c Codec) Cell(v value.Value) (cell int64, ok bool) { return c.encode(v, true) }

// Find is Cell for looking up: ok is false also when nothing in the store can
// be equal to v, because its text was never seen.
func (c Codec) Find(v value.Value) (cell int64, ok bool) { return c.encode(v, false) }

func (c *Codec) encode(v value.Value, make bool) (int64, bool) {
	k := v.Kind()
	if k == value.Null {
		return NullCell, true
	}
	switch c.mode {
	case modeInt:
		if k == c.kind {
			n := v.Num()
			return n, n > dropped
		}
		return c.encodeInt(v)
	case modeText:
		if k != value.Text {
			return 0, false
		}
		return c.handle(v.Str(), make)
	case modeScaled:
		return c.encodeScaled(v, make)
	case modeFloat:
		return encodeFloat(v)
	case modeNumeric:
		if !isNumber(k) {
			return 0, false
		}
		if k != value.Numeric {
			v = value.Rescale(v, 0)
		}
		if c.key {
			v = stripped(v)
		}
	}
	var buf [64]byte
	return c.handle(string(appendTagged(buf[:0], v)), make)
}

func (c *Codec) handle(s string, make bool) (int64, bool) {
	if make {
		return c.pool.intern(s), true
	}
	return c.pool.find(s)
}

func isNumber(k value.Kind) bool { return k >= value.Integer && k <= value.Double }

// encodeInt takes whole numbers of other classes.
func (c *Codec) encodeInt(v value.Value) (int64, bool) {
	if !isNumber(c.kind) || !isNumber(v.Kind()) {
		return 0, false
	}
	whole := value.Rescale(v, 0)
	if _, big := whole.Big(); big || whole.IsNull() || value.Compare(whole, v) != 0 {
		return 0, false
	}
	n := whole.Num()
	if c.kind == value.Integer && n != int64(int32(n)) {
		return 0, false
	}
	return n, n > dropped
}

func (c *Codec) encodeScaled(v value.Value, make bool) (int64, bool) {
	scale := int(c.class.Scale)
	if v.Kind() != value.Numeric || v.Scale() != scale {
		if !isNumber(v.Kind()) {
			return 0, false
		}
		r := value.Rescale(v, scale)
		if r.IsNull() || value.Compare(r, v) != 0 {
			return 0, false
		}
		v = r
	}
	if _, big := v.Big(); !big {
		if n := v.Num(); n > -handleBase && n < handleBase {
			return n, true
		}
	}
	h, ok := c.handle(string(appendTagged(nil, v)), make)
	return h + handleBase, ok
}

func encodeFloat(v value.Value) (int64, bool) {
	if !isNumber(v.Kind()) {
		return 0, false
	}
	f := v.Float64()
	if f == 0 {
		f = 0 // one zero
	}
	if f != f {
		f = math.NaN()
	}
	n := int64(math.Float64bits(f))
	if n <= dropped { // the smallest negative number and zero
		n = 0
	}
	return n, true
}

// Value gives the value of a cell of this codec.
func (c Codec) Value(cell int64) value.Value { return c.value(cell) }

func (c *Codec) value(cell int64) value.Value {
	if cell == NullCell {
		return value.Value{}
	}
	if c.mode == modeInt {
		return value.Of(c.kind, cell)
	}
	return c.valueOfHandle(cell)
}

func (c *Codec) valueOfHandle(cell int64) value.Value {
	switch c.mode {
	case modeText:
		return value.String(c.pool.str(cell))
	case modeScaled:
		if cell < handleBase {
			return value.Decimal(cell, int(c.class.Scale))
		}
		cell -= handleBase
	case modeFloat:
		return value.Float(math.Float64frombits(uint64(cell)))
	}
	v, _ := readTagged(c.pool.str(cell))
	return v
}

// Compare orders two cells as their values; NULL comes first.
func (c Codec) Compare(a, b int64) int { return c.compare(a, b) }

func (c *Codec) compare(a, b int64) int {
	if a == b {
		return 0
	}
	if a == NullCell || b == NullCell || c.mode == modeInt || c.mode == modeScaled && a < handleBase && b < handleBase {
		return cmp.Compare(a, b)
	}
	if c.mode == modeText {
		return strings.Compare(c.pool.str(a), c.pool.str(b))
	}
	return value.Compare(c.value(a), c.value(b))
}

// canon gives the cell by which cell is compared for equality.
func (c *Codec) canon(cell int64) int64 {
	if c.mode != modeNumeric || c.key || cell == NullCell || cell == dropped {
		return cell
	}
	return c.pool.intern(string(appendTagged(nil, stripped(c.value(cell)))))
}

// findCanon is Find for comparing with canon of cells.
func (c Codec) findCanon(v value.Value) (int64, bool) {
	if c.mode == modeNumeric {
		c.key = true
		return c.encode(v, true)
	}
	return c.encode(v, false)
}

// stripped drops the trailing zeros of a NUMERIC.
func stripped(v value.Value) value.Value {
	for s := v.Scale(); s > 0; s-- {
		r := value.Rescale(v, s-1)
		if value.Compare(r, v) != 0 {
			break
		}
		v = r
	}
	return v
}

// appendTagged appends kind and content of v; readTagged reads it back.
func appendTagged(dst []byte, v value.Value) []byte {
	k := v.Kind()
	dst = append(dst, byte(k))
	switch k {
	case value.Null:
	case value.Text:
		dst = appendString(dst, v.Str())
	case value.JSON:
		dst = appendString(append(dst, byte(v.ClassName())), v.JSONString())
	case value.Opaque:
		dst = appendString(append(dst, byte(v.ClassName())), v.OpaqueText())
	case value.File:
		f := v.File()
		dst = appendString(append(dst, byte(v.ClassName())), f.Ext)
		dst = appendString(dst, f.Name)
		dst = append(binary.AppendUvarint(dst, uint64(len(f.Bytes))), f.Bytes...)
	case value.Interval:
		from, to := v.IntervalBounds()
		dst = binary.AppendVarint(append(dst, byte(v.ClassName())), from)
		dst = binary.AppendVarint(dst, to)
	case value.Struct:
		dst = binary.AppendUvarint(dst, uint64(len(v.Parts())))
		for _, p := range v.Parts() {
			dst = appendTagged(dst, p)
		}
	case value.Numeric:
		dst = append(dst, byte(v.Scale()))
		if u, big := v.Big(); big {
			dst = appendString(append(dst, byte(2+u.Sign())), string(u.Bytes()))
		} else {
			dst = binary.AppendVarint(append(dst, 0), v.Num())
		}
	default:
		dst = binary.AppendVarint(dst, v.Num())
	}
	return dst
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// readTagged reads one value and returns the rest. Texts and files share the
// bytes of s.
func readTagged(s string) (value.Value, string) {
	k := value.Kind(s[0])
	s = s[1:]
	var text string
	switch k {
	case value.Null:
		return value.Value{}, s
	case value.Text:
		text, s = readString(s)
		return value.String(text), s
	case value.JSON, value.Opaque:
		class := value.Name(s[0])
		text, s = readString(s[1:])
		if k == value.JSON {
			return value.JSONText(class, text), s
		}
		return value.OpaqueOf(class, text), s
	case value.File:
		class := value.Name(s[0])
		f := new(value.FileData)
		f.Ext, s = readString(s[1:])
		f.Name, s = readString(s)
		text, s = readString(s)
		f.Bytes = bytesOf(text)
		return value.FileOf(class, f), s
	case value.Interval:
		class := value.Name(s[0])
		from, s := readInt(s[1:])
		to, s := readInt(s)
		return value.IntervalOf(class, from, to), s
	case value.Struct:
		n, w := binary.Uvarint(bytesOf(s))
		s = s[w:]
		parts := make([]value.Value, n)
		for i := range parts {
			parts[i], s = readTagged(s)
		}
		return value.StructOf(parts), s
	case value.Numeric:
		scale, sign := int(s[0]), int(s[1])
		if sign == 0 {
			n, s := readInt(s[2:])
			return value.Decimal(n, scale), s
		}
		text, s = readString(s[2:])
		u := new(big.Int).SetBytes([]byte(text))
		if sign == 1 {
			u.Neg(u)
		}
		return value.BigDecimal(u, scale), s
	}
	n, s := readInt(s)
	return value.Of(k, n), s
}

func readString(s string) (string, string) {
	n, w := binary.Uvarint(bytesOf(s))
	return s[w : w+int(n)], s[w+int(n):]
}

func readInt(s string) (int64, string) {
	n, w := binary.Varint(bytesOf(s))
	return n, s[w:]
}
