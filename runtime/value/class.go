// Package value holds the values of the language and their built-in classes:
// a small tagged Value without boxing, conversions, arithmetic, comparison and
// text forms. It knows neither the language's text nor the store.
//
// NULL is a value like any other here (Kind Null); functions say what they
// make of it. Values are immutable and safe for use by several goroutines.
package value

// Kind tells how a value is represented. Several classes share a kind:
// STRING, ISTRING and TEXT are all Text, every file class is File.
type Kind uint8

const (
	Null Kind = iota
	Boolean
	TBoolean
	Integer
	Long
	Numeric
	Double
	Text
	Date      // days since 1970-01-01
	Time      // microseconds since midnight
	DateTime  // microseconds since 1970-01-01T00:00:00, no zone
	ZDateTime // microseconds since 1970-01-01T00:00:00Z
	Year
	Color // 0xRRGGBB
	Interval
	Object // id of an object of a user class
	JSON
	File
	Struct
	Opaque // texts only carried about: XML, HTML, TSVECTOR, TSQUERY, LINK classes
)

// Name is the word of a built-in class as programs write it, without its
// parameters ("NUMERIC", "BPSTRING", "JSONFILE").
type Name uint8

const (
	NoName Name = iota
	NameBoolean
	NameTBoolean
	NameInteger
	NameLong
	NameNumeric
	NameDouble
	NameString
	NameIString
	NameBPString
	NameBPIString
	NameText
	NameRichText
	NameHTMLText
	NameDate
	NameTime
	NameDateTime
	NameZDateTime
	NameYear
	NameColor
	NameIntervalDate
	NameIntervalTime
	NameIntervalDateTime
	NameIntervalZDateTime
	NameJSON
	NameJSONText
	NameFile
	NameNamedFile
	NameRawFile
	NameWordFile
	NameImageFile
	NamePDFFile
	NameVideoFile
	NameDBFFile
	NameExcelFile
	NameTextFile
	NameCSVFile
	NameHTMLFile
	NameJSONFile
	NameXMLFile
	NameTableFile
	NameLink // all LINK classes
	NameTSVector
	NameTSQuery
	NameObject // a user class, number in Class.User; 0 is OBJECT, any user class
	NameStruct
	NameXML
	NameHTML
)

// Unlimited is Class.Len of strings without a length, and Class.Prec of
// NUMERIC without parameters.
const Unlimited = -1

// Class is the class of a property, parameter or expression: a built-in class
// with its parameters, or a user class by its number. It is comparable. The
// zero Class means "not known".
type Class struct {
	Name  Name
	Scale int16 // digits after the point of NUMERIC
	Prec  int16 // all digits of NUMERIC, or Unlimited
	Len   int32 // characters of a STRING-like class, or Unlimited
	User  int32 // number of the user class when Name is NameObject
}

// Known reports whether c names a class.
func (c Class) Known() bool { return c.Name != NoName }

// Kind gives the representation of c's values.
func (c Class) Kind() Kind {
	if int(c.Name) < len(classKinds) {
		return classKinds[c.Name]
	}
	return Null
}

// IsText, IsNumber, IsFile and IsObject tell the family of c.
func (c Class) IsText() bool   { return c.Kind() == Text }
func (c Class) IsFile() bool   { return c.Kind() == File }
func (c Class) IsObject() bool { return c.Name == NameObject }
func (c Class) IsNumber() bool {
	k := c.Kind()
	return k >= Integer && k <= Double
}

// IgnoresCase is true of the classes for which LIKE and MATCH ignore case.
func (c Class) IgnoresCase() bool { return c.Name == NameIString || c.Name == NameBPIString }

// BlankPadded is true of the classes whose trailing spaces do not count.
func (c Class) BlankPadded() bool { return c.Name == NameBPString || c.Name == NameBPIString }

var classKinds = [...]Kind{
	NameBoolean: Boolean, NameTBoolean: TBoolean, NameInteger: Integer, NameLong: Long,
	NameNumeric: Numeric, NameDouble: Double,
	NameString: Text, NameIString: Text, NameBPString: Text, NameBPIString: Text,
	NameText: Text, NameRichText: Text, NameHTMLText: Text,
	NameDate: Date, NameTime: Time, NameDateTime: DateTime, NameZDateTime: ZDateTime,
	NameYear: Year, NameColor: Color,
	NameIntervalDate: Interval, NameIntervalTime: Interval, NameIntervalDateTime: Interval, NameIntervalZDateTime: Interval,
	NameJSON: JSON, NameJSONText: JSON,
	NameFile: File, NameNamedFile: File, NameRawFile: File, NameWordFile: File, NameImageFile: File,
	NamePDFFile: File, NameVideoFile: File, NameDBFFile: File, NameExcelFile: File, NameTextFile: File,
	NameCSVFile: File, NameHTMLFile: File, NameJSONFile: File, NameXMLFile: File, NameTableFile: File,
	NameLink: Opaque, NameTSVector: Opaque, NameTSQuery: Opaque,
	NameObject: Object, NameStruct: Struct,
	NameXML: Opaque, NameHTML: Opaque,
}

// Common classes without parameters.
var (
	ClassBoolean  = Class{Name: NameBoolean}
	ClassTBoolean = Class{Name: NameTBoolean}
	ClassInteger  = Class{Name: NameInteger}
	ClassLong     = Class{Name: NameLong}
	ClassDouble   = Class{Name: NameDouble}
	ClassString   = Class{Name: NameString, Len: Unlimited}
	ClassText     = Class{Name: NameText, Len: Unlimited}
	ClassDate     = Class{Name: NameDate}
	ClassTime     = Class{Name: NameTime}
	ClassDateTime = Class{Name: NameDateTime}
	ClassJSON     = Class{Name: NameJSON}
	ClassFile     = Class{Name: NameFile}
)

// StringClass is STRING[n].
func StringClass(n int) Class { return Class{Name: NameString, Len: int32(n)} }

// NumericClass is NUMERIC[prec, scale].
func NumericClass(prec, scale int) Class {
	return Class{Name: NameNumeric, Prec: int16(prec), Scale: int16(scale)}
}

// ObjectClass is the user class of that number; 0 is OBJECT.
func ObjectClass(number int) Class { return Class{Name: NameObject, User: int32(number)} }
