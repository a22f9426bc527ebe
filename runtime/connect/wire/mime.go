// Package wire is the form of values in HTTP bodies and URLs, in both
// directions: what EXTERNAL HTTP and LSF send and receive, and what a server of
// /exec and /eval receives and sends. One body holds no, one or several items.
//
// All functions are safe for use by several goroutines.
package wire

import (
	"regexp"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// mediaTypes pairs content types with their extensions. An extension has its
// last type, a type its first extension.
var mediaTypes = []struct{ Type, Exts string }{
	{"application/excel", "xls"},
	{"application/vnd.ms-excel", "xls"},
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
	{"application/msword", "doc"},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
	{"application/vnd.ms-powerpoint", "ppt"},
	{"application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"},
	{"text/json", "json"},
	{"application/json", "json"},
	{"application/pdf", "pdf"},
	{"text/xml", "xml"},
	{"application/xml", "xml"},
	{"text/csv", "csv"},
	{"text/html", "html"},
	{"text/css", "css"},
	{"text/calendar", "ics"},
	{"text/rtf", "rtf"},
	{"text/properties", "properties"},
	{"text/sgml", "sgml"},
	{"text/tab-separated-values", "tsv"},
	{"image/bmp", "bmp"},
	{"image/jpeg", "jpg jpeg"},
	{"image/png", "png"},
	{"image/gif", "gif"},
	{"image/svg+xml", "svg"},
	{"image/tiff", "tif"},
	{"image/x-icon", "ico"},
	{"image/vnd.djvu", "djvu"},
	{"model/vrml", "vrml"},
	{"audio/basic", "au"},
	{"audio/midi", "mid midi"},
	{"audio/mpeg", "mpa"},
	{"audio/x-aiff", "aif"},
	{"audio/x-mpegurl", "m3u"},
	{"audio/x-wav", "wav"},
	{"video/mpeg", "mpg"},
	{"video/quicktime", "mov"},
	{"video/x-msvideo", "avi"},
	{"video/x-sgi-movie", "movie"},
	{"application/octet-stream", "bin"},
	{"application/ogg", "ogg"},
	{"application/postscript", "ps ai eps"},
	{"application/rdf+xml", "rdf"},
	{"application/smil", "smil smi"},
	{"application/vnd.ms-project", "mpp"},
	{"application/mathml+xml", "mathml"},
	{"application/voicexml+xml", "vxml"},
	{"application/x-java-jnlp-file", "jnlp"},
	{"application/x-texinfo", "texi texinfo"},
	{"application/x-cpio", "cpio"},
	{"application/x-gtar", "gtar"},
	{"application/x-shar", "shar"},
	{"application/x-troff", "t tr troff"},
	{"application/x-ustar", "ustar"},
	{"application/xhtml+xml", "xhtml xht"},
	{"application/xml-dtd", "dtd"},
	{"application/xslt+xml", "xslt"},
	{"application/x-compress", "Z"},
	{"application/x-gunzip", "gz"},
	{"application/x-gzip", "gz"},
	{"application/x-javascript", "js"},
	{"application/x-latex", "latex"},
	{"application/x-rar-compressed", "rar"},
	{"application/x-sh", "sh"},
	{"application/x-tar", "tar"},
	{"application/x-tar-gz", "tgz"},
	{"application/x-tex", "tex"},
	{"application/x-zip-compressed", "zip"},
	{"application/zip", "zip"},
}

var applicationType = regexp.MustCompile(`\bapplication/(\w*)`)

// TypeOfExt is the content type of files with that extension: that of the
// table, "application/<ext>" for an unknown and "application/octet-stream" for
// an empty one.
func TypeOfExt(ext string) string {
	if ext == "" {
		return "application/octet-stream"
	}
	if t := tableType(ext); t != "" {
		return t
	}
	return "application/" + ext
}

// KnownExt reports whether the table of content types has that extension.
func KnownExt(ext string) bool { return tableType(ext) != "" }

func tableType(ext string) string {
	found := ""
	for _, m := range mediaTypes {
		for e := range strings.SplitSeq(m.Exts, " ") {
			if strings.EqualFold(e, ext) {
				found = m.Type
			}
		}
	}
	return found
}

// ExtOfType is the extension of a content type without parameters; "" when it
// has none. Types are compared as written: APPLICATION/JSON is not known.
func ExtOfType(mediaType string) string {
	for _, m := range mediaTypes {
		if m.Type == mediaType {
			ext, _, _ := strings.Cut(m.Exts, " ")
			return ext
		}
	}
	if m := applicationType.FindStringSubmatch(mediaType); m != nil {
		return m[1]
	}
	return ""
}

// ExtOf is the extension that a value has when it is sent or written: of FILE
// and NAMEDFILE their own, of other file classes that of the class, of EXCELFILE
// and WORDFILE and IMAGEFILE by the content. JSON and XML values count as files.
// ok is false for values that are sent as plain text.
func ExtOf(v value.Value) (ext string, ok bool) {
	switch v.Kind() {
	case value.JSON:
		return "json", true
	case value.Opaque:
		return "xml", v.ClassName() == value.NameXML
	case value.File:
		f := v.File()
		switch v.ClassName() {
		case value.NameFile, value.NameNamedFile:
			return f.Ext, true
		}
		return value.SniffExtension(v.ClassName().Extension(), f.Bytes), true
	}
	return "", false
}

// FileClass reports whether values of c are sent as files: the file classes,
// JSON and XML.
func FileClass(c value.Class) bool {
	return c.IsFile() || c.Kind() == value.JSON || c.Name == value.NameXML
}

// SplitName cuts a file name at its last dot into name and extension; folders
// are dropped.
func SplitName(path string) (name, ext string) {
	if i := strings.LastIndexAny(path, `/\`); i >= 0 {
		path = path[i+1:]
	}
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return path, ""
}
