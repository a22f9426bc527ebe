// Package table reads and writes TABLE files: the platform's binary form of a
// table with typed columns, that EXPORT TABLE and the results of SQL calls have.
//
// All numbers are big-endian. The bytes are those of the recorded files.
package table

import (
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// Type is the type of a column as the file states it. Exactly one of Class,
// Bytes and a non-empty JDBCName says what it is.
type Type struct {
	Class    value.Class
	Bytes    bool   // raw bytes of a database; values are RAWFILE
	JDBCType int32  // number of the JDBC type
	JDBCName string // a database's own type, such as jsonb; values are texts
}

// jdbcArray is the JDBC type of SQL arrays, whose text has a tag of its own.
const jdbcArray = 2003

// Column is a column of a TABLE file.
type Column struct {
	Name string
	Type Type
}

// String is the type as a program would write it, or the database's name.
func (t Type) String() string {
	switch {
	case t.Bytes:
		return "RAWFILE"
	case t.JDBCName != "":
		return t.JDBCName
	}
	return t.Class.String()
}

// ReadClass is the class of the values that a reader gives for the column.
func (t Type) ReadClass() value.Class {
	switch {
	case t.Bytes:
		return value.Class{Name: value.NameRawFile}
	case t.JDBCName != "":
		return value.ClassString
	}
	return t.Class
}

// Numbers of classes in a file.
const (
	idInteger   = 1
	idLong      = 2
	idDouble    = 3
	idNumeric   = 4
	idBoolean   = 5
	idDate      = 7
	idString    = 8
	idBytes     = 9
	idRawFile   = 12
	idLink      = 29
	idRawLink   = 30
	idJDBC      = 44
	kindObject  = 0
	kindClass   = 1
	kindStruct  = 2
	maxColumns  = 1 << 16
	maxTypeNest = 16
)

// plainClass gives the number of a class whose type is nothing but its number,
// 0 for all others.
func plainClass(n value.Name) byte {
	switch n {
	case value.NameInteger:
		return idInteger
	case value.NameLong:
		return idLong
	case value.NameDouble:
		return idDouble
	case value.NameBoolean:
		return idBoolean
	case value.NameDate:
		return idDate
	case value.NameText:
		return 16
	case value.NameYear:
		return 17
	case value.NameDateTime:
		return 20
	case value.NameTime:
		return 22
	case value.NameColor:
		return 23
	case value.NameZDateTime:
		return 43
	case value.NameIntervalDate:
		return 45
	case value.NameIntervalDateTime:
		return 46
	case value.NameIntervalTime:
		return 47
	case value.NameTBoolean:
		return 50
	case value.NameIntervalZDateTime:
		return 51
	case value.NameHTMLText:
		return 52
	case value.NameRichText:
		return 53
	case value.NameJSON:
		return 55
	case value.NameTSVector:
		return 56
	case value.NameTSQuery:
		return 57
	case value.NameHTML:
		return 58
	case value.NameJSONText:
		return 59
	case value.NameXML:
		return 62
	}
	return 0
}

// fileClass gives the number of a file class with two flags behind it.
func fileClass(n value.Name) byte {
	switch n {
	case value.NameImageFile:
		return 13
	case value.NameWordFile:
		return 14
	case value.NameExcelFile:
		return 15
	case value.NamePDFFile:
		return 19
	case value.NameFile:
		return 21
	case value.NameCSVFile:
		return 31
	case value.NameHTMLFile:
		return 33
	case value.NameJSONFile:
		return 35
	case value.NameXMLFile:
		return 37
	case value.NameTableFile:
		return 39
	case value.NameTextFile:
		return 41
	case value.NameDBFFile:
		return 48
	case value.NameNamedFile:
		return 54
	case value.NameVideoFile:
		return 60
	}
	return 0
}

// classOfID is the reverse of plainClass and fileClass.
func classOfID(id byte) (n value.Name, file, ok bool) {
	for n = value.NameBoolean; n <= lastName && id != 0; n++ {
		if plainClass(n) == id {
			return n, false, true
		}
		if fileClass(n) == id {
			return n, true, true
		}
	}
	return value.NoName, false, false
}

// lastName bounds the search for a class.
const lastName = value.NameHTML

func isLinkID(id byte) bool {
	switch id {
	case 25, 26, 27, 28, idLink, idRawLink, 32, 34, 36, 38, 40, 42, 49, 61:
		return true
	}
	return false
}

// appendType writes a type.
func appendType(dst []byte, t Type) ([]byte, error) {
	c := t.Class
	switch {
	case t.Bytes:
		return append(dst, kindClass, idBytes), nil
	case t.JDBCName != "":
		dst = appendInt32(append(dst, kindClass, idJDBC), t.JDBCType)
		return appendUTF(dst, t.JDBCName)
	}
	switch {
	case c.IsObject():
		return append(dst, kindObject), nil
	case c.Name == value.NameNumeric:
		prec, scale := int32(c.Prec), int32(c.Scale)
		if c.Prec == value.Unlimited {
			scale = -1
		}
		return appendInt32(appendInt32(append(dst, kindClass, idNumeric), prec), scale), nil
	case c.Name == value.NameRawFile:
		dst = append(dst, kindClass, idRawFile, 0, 0, 0, 0)
		return append(appendInt32(dst, 1), 0, 0), nil
	case c.Name == value.NameLink:
		return append(dst, kindClass, idLink, 0), nil
	}
	if id := plainClass(c.Name); id != 0 {
		return append(dst, kindClass, id), nil
	}
	if id := fileClass(c.Name); id != 0 {
		return append(dst, kindClass, id, 0, 0), nil
	}
	if c.IsText() {
		length := c.Len
		if length <= 0 {
			length = value.Unlimited
		}
		return appendInt32(append(dst, kindClass, idString, flag(c.BlankPadded()), flag(c.IgnoresCase()), 0), length), nil
	}
	return dst, value.Errorf(format.CodeWrite, "a TABLE file has no column of class %s", c)
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// readType reads a type.
func (d *decoder) readType(nest int) (t Type, err error) {
	kind, err := d.byte()
	if err != nil {
		return t, err
	}
	switch kind {
	case kindObject:
		t.Class = value.ObjectClass(0)
		return t, nil
	case kindClass:
		return d.readClass()
	case kindStruct:
		n, err := d.int32()
		if err != nil || n < 0 || n > maxColumns || nest == maxTypeNest {
			return t, d.orFail(err, "a structure type of %d parts", n)
		}
		for range n {
			if _, err := d.readType(nest + 1); err != nil {
				return t, err
			}
		}
		t.Class = value.Class{Name: value.NameStruct}
		return t, nil
	}
	return t, d.fail("the type %d is unknown", kind)
}

func (d *decoder) readClass() (t Type, err error) {
	id, err := d.byte()
	if err != nil {
		return t, err
	}
	switch {
	case id == idNumeric:
		prec, err := d.int32()
		if err != nil {
			return t, err
		}
		scale, err := d.int32()
		if prec < 0 || scale < 0 || prec > 1000 {
			t.Class = value.Class{Name: value.NameNumeric, Prec: value.Unlimited}
		} else {
			t.Class = value.NumericClass(int(prec), int(min(scale, 255)))
		}
		return t, err
	case id == idString:
		flags, err := d.take(3)
		if err != nil {
			return t, err
		}
		length, err := d.int32()
		if length < 0 {
			length = value.Unlimited
		}
		names := [...]value.Name{value.NameString, value.NameIString, value.NameBPString, value.NameBPIString}
		t.Class = value.Class{Name: names[flags[0]&1<<1|flags[1]&1], Len: length}
		return t, err
	case id == idBytes:
		t.Bytes = true
		return t, nil
	case id == idJDBC:
		if t.JDBCType, err = d.int32(); err != nil {
			return t, err
		}
		if t.JDBCName, err = d.utf(); t.JDBCName == "" {
			t.JDBCName = "?"
		}
		return t, err
	case id == idRawFile:
		_, err = d.take(2)
		t.Class = value.Class{Name: value.NameRawFile}
		return t, d.orNil(err, d.skipExtensions)
	case isLinkID(id):
		_, err = d.take(1)
		t.Class = value.Class{Name: value.NameLink}
		if id == idRawLink {
			return t, d.orNil(err, d.skipExtensions)
		}
		return t, err
	}
	name, file, ok := classOfID(id)
	if !ok {
		return t, d.fail("the class %d is unknown", id)
	}
	t.Class = value.Class{Name: name}
	if t.Class.IsText() {
		t.Class.Len = value.Unlimited
	}
	if file {
		_, err = d.take(2)
	}
	return t, err
}

// skipExtensions reads the description and extensions of a custom file class.
func (d *decoder) skipExtensions() error {
	if _, err := d.utf(); err != nil {
		return err
	}
	n, err := d.int32()
	if err != nil || n < 0 || n > maxColumns {
		return d.orFail(err, "%d extensions of a file class", n)
	}
	for range n {
		if _, err := d.utf(); err != nil {
			return err
		}
	}
	return nil
}
