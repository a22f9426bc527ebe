package value

import (
	"strconv"
	"strings"
)

// classWords are the words of the built-in classes. The table is never changed.
var classWords = [...]string{
	NameBoolean: "BOOLEAN", NameTBoolean: "TBOOLEAN", NameInteger: "INTEGER", NameLong: "LONG",
	NameNumeric: "NUMERIC", NameDouble: "DOUBLE",
	NameString: "STRING", NameIString: "ISTRING", NameBPString: "BPSTRING", NameBPIString: "BPISTRING",
	NameText: "TEXT", NameRichText: "RICHTEXT", NameHTMLText: "HTMLTEXT",
	NameDate: "DATE", NameTime: "TIME", NameDateTime: "DATETIME", NameZDateTime: "ZDATETIME",
	NameYear: "YEAR", NameColor: "COLOR",
	NameIntervalDate: "INTERVAL[DATE]", NameIntervalTime: "INTERVAL[TIME]",
	NameIntervalDateTime: "INTERVAL[DATETIME]", NameIntervalZDateTime: "INTERVAL[ZDATETIME]",
	NameJSON: "JSON", NameJSONText: "JSONTEXT",
	NameFile: "FILE", NameNamedFile: "NAMEDFILE", NameRawFile: "RAWFILE", NameWordFile: "WORDFILE",
	NameImageFile: "IMAGEFILE", NamePDFFile: "PDFFILE", NameVideoFile: "VIDEOFILE", NameDBFFile: "DBFFILE",
	NameExcelFile: "EXCELFILE", NameTextFile: "TEXTFILE", NameCSVFile: "CSVFILE", NameHTMLFile: "HTMLFILE",
	NameJSONFile: "JSONFILE", NameXMLFile: "XMLFILE", NameTableFile: "TABLEFILE",
	NameLink: "LINK", NameTSVector: "TSVECTOR", NameTSQuery: "TSQUERY",
	NameObject: "OBJECT", NameStruct: "STRUCT", NameXML: "XML", NameHTML: "HTML",
}

// Word is the name as programs write it; "" for NoName.
func (n Name) Word() string {
	if int(n) < len(classWords) {
		return classWords[n]
	}
	return ""
}

// String is the class as programs write it: "NUMERIC[10,2]", "STRING[5]",
// "INTERVAL[DATE]". A user class is "OBJECT" here, its name is the caller's to
// know; the unknown class is "NULL".
func (c Class) String() string {
	switch {
	case c.Name == NoName:
		return "NULL"
	case c.Name == NameNumeric && c.Prec >= 0:
		return "NUMERIC[" + strconv.Itoa(int(c.Prec)) + "," + strconv.Itoa(int(c.Scale)) + "]"
	case c.hasLength() && c.Len >= 0:
		return c.Name.Word() + "[" + strconv.Itoa(int(c.Len)) + "]"
	}
	return c.Name.Word()
}

// hasLength is true of the classes that can be written with a length.
func (c Class) hasLength() bool { return c.Name >= NameString && c.Name <= NameBPIString }

// ParseClass reads a built-in class as programs write it, with its parameters:
// "STRING[10]", "NUMERIC[10,2]", "INTERVAL[DATE]", "DATETIME[3]" (the digits of
// seconds are dropped). ok is false for anything else, user classes included.
func ParseClass(text string) (c Class, ok bool) {
	word, params := strings.TrimSpace(text), ""
	if i := strings.IndexByte(word, '['); i >= 0 {
		if !strings.HasSuffix(word, "]") {
			return c, false
		}
		word, params = strings.TrimSpace(word[:i]), word[i+1:len(word)-1]
	}
	if word == "INTERVAL" {
		switch strings.TrimSpace(params) {
		case "DATE":
			return Class{Name: NameIntervalDate}, true
		case "TIME":
			return Class{Name: NameIntervalTime}, true
		case "DATETIME":
			return Class{Name: NameIntervalDateTime}, true
		case "ZDATETIME":
			return Class{Name: NameIntervalZDateTime}, true
		}
		return c, false
	}
	for name := NameBoolean; int(name) < len(classWords); name++ {
		if classWords[name] == word && name != NameObject && name != NameStruct {
			c.Name = name
		}
	}
	if c.Name == NoName {
		if strings.HasSuffix(word, "LINK") && strings.ToUpper(word) == word && linkWord(word) {
			return Class{Name: NameLink}, params == ""
		}
		return c, false
	}
	var nums []int
	if params != "" {
		for part := range strings.SplitSeq(params, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(part))
			if err != nil || n < 0 || n > 1<<30 {
				return c, false
			}
			nums = append(nums, n)
		}
	}
	return ClassOf(c.Name, nums...)
}

func linkWord(word string) bool {
	switch strings.TrimSuffix(word, "LINK") {
	case "RAW", "WORD", "IMAGE", "PDF", "VIDEO", "DBF", "EXCEL", "CSV", "TEXT", "HTML", "JSON", "XML", "TABLE":
		return true
	}
	return false
}

// ClassOf makes the class of a name with its numeric parameters; ok is false
// when the class does not take that many or they are out of range.
func ClassOf(name Name, params ...int) (c Class, ok bool) {
	c.Name = name
	switch {
	case name == NameNumeric:
		switch len(params) {
		case 0:
			c.Prec = Unlimited
			return c, true
		case 2:
			p, s := min(params[0], MaxPrecision), min(params[1], MaxScale) // as the platform cuts them
			return NumericClass(p, s), p >= 0 && s >= 0
		}
		return c, false
	case c.hasLength() && len(params) == 1:
		c.Len = int32(params[0])
		return c, params[0] >= 0
	case c.IsText():
		c.Len = Unlimited
	case (name == NameDateTime || name == NameZDateTime || name == NameTime) && len(params) == 1:
		return c, params[0] >= 0 && params[0] <= 6
	}
	return c, len(params) == 0 && int(name) < len(classWords) && name != NoName
}

// ClassOfValue is the narrowest class of v by itself: STRING of the text's
// length, NUMERIC[digits, scale], the file class. The class of an object is
// OBJECT, that of NULL is unknown.
func ClassOfValue(v Value) Class {
	switch v.kind {
	case Boolean:
		return ClassBoolean
	case TBoolean:
		return ClassTBoolean
	case Integer:
		return ClassInteger
	case Long:
		return ClassLong
	case Numeric:
		return NumericClass(min(max(numericDigits(v), int(v.aux)), MaxPrecision), int(v.aux))
	case Double:
		return ClassDouble
	case Text:
		return StringClass(runeCount(v.Str()))
	case Date:
		return ClassDate
	case Time:
		return ClassTime
	case DateTime:
		return ClassDateTime
	case ZDateTime:
		return Class{Name: NameZDateTime}
	case Year:
		return Class{Name: NameYear}
	case Color:
		return Class{Name: NameColor}
	case Object:
		return ObjectClass(0)
	case Interval, JSON, File, Opaque:
		return Class{Name: v.ClassName()}
	case Struct:
		return Class{Name: NameStruct}
	}
	return Class{}
}

// digits are the digits before and after the point of a number
// class (Built-in_classes).
func (c Class) digits() (whole, scale int) {
	switch c.Name {
	case NameInteger, NameYear:
		return 10, 0
	case NameLong:
		return 20, 0
	case NameDouble:
		return 99999, 99999
	case NameNumeric:
		if c.Prec < 0 {
			return MaxPrecision - MaxScale, MaxScale
		}
		return int(c.Prec) - int(c.Scale), int(c.Scale)
	}
	return 0, 0
}

func (c Class) isNumeric() bool { return c.IsNumber() || c.Name == NameYear }

func numericOf(whole, scale int) Class {
	scale = min(scale, MaxScale)
	return NumericClass(min(whole+scale, MaxPrecision), scale)
}

// isLongText is true of TEXT, RICHTEXT and HTMLTEXT.
func (c Class) isLongText() bool { return c.Name >= NameText && c.Name <= NameHTMLText }

// isStaticFile is true of the files of a specific type.
func (c Class) isStaticFile() bool { return c.Name >= NameRawFile && c.Name <= NameTableFile }

// Common is the common ancestor of two classes (Built-in_classes#commonparentclass);
// an unknown class (of NULL) gives the other one. For user classes ok is true
// only when they are equal or one is OBJECT: their tree is the caller's.
func Common(a, b Class) (c Class, ok bool) {
	switch {
	case !a.Known():
		return b, b.Known()
	case !b.Known() || a == b:
		return a, true
	case a.isNumeric() && b.isNumeric():
		aw, as := a.digits()
		bw, bs := b.digits()
		if aw >= bw && as >= bs {
			return a, true
		}
		if aw <= bw && as <= bs {
			return b, true
		}
		return numericOf(max(aw, bw), max(as, bs)), true
	case a.IsText() && b.IsText():
		if a.isLongText() {
			return a, true
		}
		if b.isLongText() {
			return b, true
		}
		return stringClass(a.BlankPadded() || b.BlankPadded(), a.IgnoresCase() || b.IgnoresCase(), maxLen(a.Len, b.Len)), true
	case a.isStaticFile() && b.isStaticFile():
		return Class{Name: NameRawFile}, true
	case a.Name == NameObject && b.Name == NameObject:
		return ObjectClass(0), a.User == 0 || b.User == 0
	}
	return Class{}, false
}

func maxLen(a, b int32) int32 {
	if a < 0 || b < 0 {
		return Unlimited
	}
	return max(a, b)
}

func stringClass(padded, ignoreCase bool, length int32) Class {
	name := NameString
	switch {
	case padded && ignoreCase:
		name = NameBPIString
	case padded:
		name = NameBPString
	case ignoreCase:
		name = NameIString
	}
	return Class{Name: name, Len: length}
}

// Comparable reports whether values of the two classes can be compared and
// whether one can be written to a property of the other: they have a common
// ancestor. For user classes it is always true here.
func Comparable(a, b Class) bool {
	if a.Name == NameObject && b.Name == NameObject {
		return true
	}
	_, ok := Common(a, b)
	return ok
}

// Convertible reports whether the conversion to(x) of an x of class from is
// meaningful (Type_conversion).
func Convertible(from, to Class) bool {
	if !from.Known() || !to.Known() || Comparable(from, to) {
		return true
	}
	if to.Name == NameObject || to.Name == NameStruct || from.Name == NameStruct {
		return false
	}
	fk, tk := from.Kind(), to.Kind()
	switch {
	case fk == Text || tk == Text:
		return true
	case tk == Boolean, tk == TBoolean:
		return fk == Boolean || fk == TBoolean || from.isNumeric() || fk == Object
	case fk == Object:
		return tk == Integer || tk == Long || tk == Numeric
	case isTemporal(fk) && isTemporal(tk):
		return !(fk == Date && tk == Time) && !(fk == Time)
	case fk == JSON || tk == JSON || fk == File || tk == File || from.isMarkup() || to.isMarkup():
		return (fk == JSON || fk == File || from.isMarkup()) && (tk == JSON || tk == File || to.isMarkup())
	case from.isNumeric():
		return to.Name == NameColor || tk == Boolean
	case fk == Boolean || fk == TBoolean || from.Name == NameColor:
		return to.isNumeric()
	}
	return false
}

// isMarkup is true of XML and HTML.
func (c Class) isMarkup() bool { return c.Name == NameXML || c.Name == NameHTML }

// textLength is how many characters the text of a value of c has at most, or
// Unlimited.
func (c Class) textLength() int32 {
	switch c.Kind() {
	case Boolean, TBoolean:
		return 1
	case Integer, Year:
		return 11
	case Long, Double, Object:
		return 20
	case Numeric:
		if c.Prec < 0 {
			return Unlimited
		}
		return int32(c.Prec) + 2 // whole text: sign and point count (decision 26)
	case Date, Time, DateTime, ZDateTime:
		return 25
	case Color:
		return 10
	case Text:
		return c.Len
	}
	return Unlimited
}

// AddClass is the class of a + b, SubClass of a - b, MulClass of a * b,
// DivClass of a / b; ok is false when the operation is not defined. An unknown
// operand class (NULL) takes the other's.
func AddClass(a, b Class) (Class, bool) {
	if a.IsText() || b.IsText() {
		return concatClass(a, b), true
	}
	if isTemporal(b.Kind()) && (!a.Known() || a.isNumeric()) {
		return b, true
	}
	if isTemporal(a.Kind()) && (!b.Known() || b.isNumeric()) {
		return a, true
	}
	if a.Name == NameDate && b.Name == NameTime {
		return ClassDateTime, true
	}
	return numberClass(a, b)
}

// SubClass: see AddClass.
func SubClass(a, b Class) (Class, bool) {
	if isTemporal(a.Kind()) {
		switch {
		case !b.Known() || b.isNumeric():
			return a, true
		case a.Name == NameDate && b.Name == NameDate:
			return ClassInteger, true
		case a.Kind() == b.Kind(), a.Name == NameDate && b.Name == NameDateTime, a.Name == NameDateTime && b.Name == NameDate:
			return ClassLong, true
		}
		return Class{}, false
	}
	return numberClass(a, b)
}

// MulClass: see AddClass.
func MulClass(a, b Class) (Class, bool) {
	c, ok := numberClass(a, b)
	if !ok || !a.Known() || !b.Known() || a.Name != NameNumeric && b.Name != NameNumeric {
		return c, ok
	}
	aw, as := a.digits()
	bw, bs := b.digits()
	return numericOf(aw+bw, as+bs), true
}

// DivClass: see AddClass.
func DivClass(a, b Class) (Class, bool) {
	c, ok := numberClass(a, b)
	if !ok || !a.Known() || !b.Known() || a.Name != NameNumeric && b.Name != NameNumeric {
		return c, ok
	}
	aw, _ := a.digits()
	_, bs := b.digits()
	return numericOf(aw+bs, MaxScale), true
}

// numberClass is the common class of two number classes.
func numberClass(a, b Class) (Class, bool) {
	if a.Known() && !a.isNumeric() || b.Known() && !b.isNumeric() {
		return Class{}, false
	}
	c, ok := Common(a, b)
	if c.Name == NameYear && a != b {
		c = ClassInteger
	}
	return c, ok
}

// concatClass is the class of a + b when either is a text.
func concatClass(a, b Class) Class {
	if a.isLongText() || b.isLongText() {
		if a.Name == NameRichText || b.Name == NameRichText {
			return Class{Name: NameRichText, Len: Unlimited}
		}
		if a.Name == NameHTMLText || b.Name == NameHTMLText {
			return Class{Name: NameHTMLText, Len: Unlimited}
		}
		return ClassText
	}
	length := int32(Unlimited)
	if x, y := a.textLength(), b.textLength(); x >= 0 && y >= 0 {
		length = x + y
	}
	return stringClass(a.BlankPadded() && b.BlankPadded(), a.IgnoresCase() || b.IgnoresCase(), length)
}

// RoundClass is the class of ROUND(x, digits) with a literal number of digits
// (ROUND(x) is digits 0); with a computed one it is x's own class.
func RoundClass(c Class, digits int) Class {
	if !c.isNumeric() || c.Name == NameDouble {
		return Class{Name: NameNumeric, Prec: MaxPrecision, Scale: int16(min(max(digits, 0), MaxScale))}
	}
	whole, scale := c.digits()
	if digits < 0 {
		return numericOf(whole, scale)
	}
	return numericOf(whole, digits)
}

// SumClass is the class of a sum over many values of class c: the same.
func SumClass(c Class) Class { return c }

// Default is the default value of c (Built-in_classes#defaultvalue); NULL for
// the classes whose default is the current moment and for those without one.
func Default(c Class) Value {
	switch c.Kind() {
	case Boolean:
		return True
	case TBoolean:
		return TTrue
	case Integer:
		return Int(0)
	case Long:
		return Int64(0)
	case Numeric:
		return Decimal(0, int(c.Scale))
	case Double:
		return Float(0)
	case Text:
		return String("")
	case Color:
		return Of(Color, 0xFFFFFF)
	case JSON:
		return JSONText(c.Name, "{}")
	case File:
		return FileOf(c.Name, &FileData{})
	case Opaque:
		if c.Name == NameHTML || c.Name == NameLink {
			return OpaqueOf(c.Name, "")
		}
	}
	return Value{}
}
