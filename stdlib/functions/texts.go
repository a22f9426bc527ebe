package functions

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

func systemFunctions() []Func {
	return []Func{
		fn("System.upper", str, "upper case, character by character", sql("upper"), anyClass),
		fn("System.lower", str, "lower case, character by character", sql("lower"), anyClass),
		impure(fn("System.random", double, "a random number from 0 up to 1", sql("random"))),
		impure(fn("System.randomUUID", value.StringClass(100), "32 random hexadecimal digits", randomDigits)),
		fn("System.md5", str, "the MD5 hash of a file's content in hexadecimal", fileHash, file),
		nulls(fn("System.file", file, "a file with that extension, dat without one", sql("cast_static_file_to_dynamic_file"), rawFile, str)),
		nulls(fn("System.file", file, "a file with another extension", sql("cast_static_file_to_dynamic_file"), file, str)),
		nulls(fn("System.namedFile", namedFile, "a file with that name and extension", sql("cast_static_file_to_named_file"), rawFile, str, str)),
		nulls(fn("System.namedFile", namedFile, "a file with another name and extension", sql("cast_static_file_to_named_file"), namedFile, str, str)),
		nulls(fn("System.namedFile", namedFile, "a file with that name", sql("cast_dynamic_file_to_named_file"), file, str)),
		fn("System.extension", txt, "the extension of a file without the dot", filePart(func(f *value.FileData) string { return f.Ext }), file),
		fn("System.extension", txt, "the extension of a file without the dot", filePart(func(f *value.FileData) string { return f.Ext }), namedFile),
		fn("System.fileName", txt, "the name of a file without its extension", filePart(func(f *value.FileData) string { return f.Name }), namedFile),
	}
}

func randomDigits(ctx context.Context, env *Env, _ []value.Value) (value.Value, error) {
	sum := md5.New()
	for range 4 {
		r, err := sql("random")(ctx, env, nil)
		if err != nil {
			return r, err
		}
		fmt.Fprint(sum, r.Double(), " ")
	}
	return value.String(hex.EncodeToString(sum.Sum(nil))), nil
}

// fileHash covers the extension too, as the platform's FILE begins with it.
func fileHash(_ context.Context, _ *Env, args []value.Value) (value.Value, error) {
	f := args[0].File()
	if f == nil {
		return value.Value{}, badArgument("md5 needs a file")
	}
	h := md5.New()
	if args[0].ClassName() == value.NameFile {
		h.Write([]byte{byte(len(f.Ext))})
		h.Write([]byte(f.Ext))
	}
	h.Write(f.Bytes)
	return value.String(hex.EncodeToString(h.Sum(nil))), nil
}

func filePart(part func(*value.FileData) string) call {
	return pure(func(args []value.Value) (value.Value, error) {
		f := args[0].File()
		if f == nil {
			return value.Value{}, badArgument("a file is needed")
		}
		return value.String(part(f)), nil
	})
}

func textFunctions() []Func {
	return []Func{
		maybe(fn("Utils.isWordInCSV", boolean, "whether a text is one of those between commas", truth(func(s []string) bool {
			for w := range strings.SplitSeq(s[1], ",") {
				if w == s[0] && s[1] != "" {
					return true
				}
			}
			return false
		}), anyClass, anyClass)),
		maybe(fn("Utils.getWord", txt, "the n-th of the parts between separators, from 1; NULL when there are fewer", getWord, txt, txt, integer)),
		maybe(fn("Utils.wordCount", integer, "how many parts the separators make; NULL for the empty text", wordCount, txt, txt)),
		fn("Utils.splitPart", str, "the n-th part between separators, empty when there are fewer", sql("split_part"), str, str, integer),
		maybe(fn("Utils.startsWith", boolean, "whether a text begins so; % and _ are wildcards", truth(func(s []string) bool { return value.Like(s[0], s[1]+"%", '\\', false) }), anyClass, anyClass)),
		maybe(fn("Utils.istartsWith", boolean, "whether a text begins so in either case", truth(func(s []string) bool { return value.Like(s[0], s[1]+"%", '\\', true) }), anyClass, anyClass)),
		maybe(fn("Utils.endsWith", boolean, "whether a text ends so; % and _ are wildcards", truth(func(s []string) bool { return value.Like(s[0], "%"+s[1], '\\', false) }), anyClass, anyClass)),
		maybe(fn("Utils.isSubstring", boolean, "whether the second text occurs in the first", truth(func(s []string) bool { return value.Like(s[0], "%"+s[1]+"%", '\\', false) }), anyClass, anyClass)),
		maybe(fn("Utils.isISubstring", boolean, "whether the second text occurs in the first in either case", truth(func(s []string) bool { return value.Like(s[0], "%"+s[1]+"%", '\\', true) }), anyClass, anyClass)),
		fn("Utils.replace", txt, "every occurrence of the second text replaced by the third", sql("replace"), txt, txt, txt),
		fn("Utils.length", integer, "the number of characters", sql("length"), anyClass),
		fn("Utils.strpos", integer, "where the second text begins in the first, from 1; 0 when nowhere", sql("strpos"), txt, txt),
		fn("Utils.regexpReplace", str, "matches of a pattern replaced; flags as g, i", sql("regexp_replace"), str, str, str, str),
		fn("Utils.substr", txt, "the part from a position, of that length", sql("substring"), txt, integer, integer),
		fn("Utils.substrFrom", txt, "the part from a position", sql("substring"), txt, integer),
		maybe(fn("Utils.substring", str, "what a pattern matches first, or its first group", sql("substring"), str, str)),
		maybe(fn("Utils.regexPatternMatch", boolean, "whether a pattern matches somewhere", sql("regexp_like"), txt, str)),
		fn("Utils.ltrim", txt, "without the blanks in front", sql("ltrim"), txt),
		fn("Utils.rtrim", txt, "without the blanks at the end", sql("rtrim"), txt),
		fn("Utils.ltrim", txt, "without those characters in front", sql("ltrim"), txt, txt),
		fn("Utils.rtrim", txt, "without those characters at the end", sql("rtrim"), txt, txt),
		fn("Utils.trim", txt, "without the blanks on both sides", sql("btrim"), txt),
		fn("Utils.left", txt, "the first n characters", sql("left"), txt, integer),
		fn("Utils.right", txt, "the last n characters", sql("right"), txt, integer),
		fn("Utils.lpad", txt, "filled in front up to that length, or cut to it", sql("lpad"), txt, integer, txt),
		fn("Utils.rpad", txt, "filled at the end up to that length, or cut to it", sql("rpad"), txt, integer, txt),
		fn("Utils.repeat", txt, "the text n times", sql("repeat"), txt, integer),
		maybe(fn("Utils.onlyDigits", boolean, "whether a text has nothing but digits", truth(func(s []string) bool {
			return strings.Trim(strings.Trim(s[0], " "), "0123456789") == ""
		}), txt)),
		fn("Utils.escapeJSONValue", txt, "escaped for a JSON string, without line ends and tabs", plain(func(s []string) string {
			return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", "", "\r", "", "\t", "").Replace(s[0])
		}), txt),
		fn("Utils.escapeXMLValue", txt, "escaped for XML", plain(func(s []string) string {
			return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(s[0])
		}), txt),
		fn("Utils.toChar", txt, "a number or date written by a pattern", sql("to_char"), anyClass, anyClass),
		fn("Utils.toInteger", integer, "the whole number that a text is, else 0", sql("convert_to_integer"), anyClass),
		fn("Utils.toNumeric", value.NumericClass(38, 19), "the number that a text is, else 0", sql("convert_to_numeric"), anyClass),
		maybe(fn("Utils.toNumericNull", value.NumericClass(38, 19), "the number that a text is, else NULL", sql("convert_to_numeric_null"), anyClass)),
		fn("Utils.colorToHexString", str, "a colour as #rrggbb", pure(func(a []value.Value) (value.Value, error) {
			return value.String(fmt.Sprintf("#%06x", a[0].Num()&0xFFFFFF)), nil
		}), color),
	}
}

func getWord(_ context.Context, _ *Env, args []value.Value) (value.Value, error) {
	parts := words(args[0].Str(), args[1].Str())
	n, err := value.Cast(args[2], integer)
	if err != nil || n.IsNull() || n.Num() < 1 || n.Num() > int64(len(parts)) {
		return value.Value{}, err
	}
	return value.String(parts[n.Num()-1]), nil
}

func wordCount(_ context.Context, _ *Env, args []value.Value) (value.Value, error) {
	n := len(words(args[0].Str(), args[1].Str()))
	if n == 0 {
		return value.Value{}, nil
	}
	return value.Int(int32(n)), nil
}

// words are the parts of s between separators; the empty text has none.
func words(s, sep string) []string {
	switch {
	case s == "":
		return nil
	case sep == "":
		return []string{s}
	}
	return strings.Split(s, sep)
}

func encodingFunctions() []Func {
	bytesOf := func(v value.Value) []byte {
		if f := v.File(); f != nil {
			return f.Bytes
		}
		return []byte(value.TextOf(v))
	}
	asRaw := func(c call) call { // all kinds of files and texts are their bytes
		return func(ctx context.Context, env *Env, args []value.Value) (value.Value, error) {
			raw := value.FileOf(value.NameRawFile, &value.FileData{Bytes: bytesOf(args[0])})
			return c(ctx, env, append([]value.Value{raw}, args[1:]...))
		}
	}
	rows := []Func{
		fn("Utils.decode", rawFile, "the bytes that a text in base64, hex or escape means", sql("decode"), str, str),
	}
	for _, c := range []value.Class{rawFile, str, file, namedFile} {
		rows = append(rows, fn("Utils.encode", txt, "the content in base64 (lines of 76), hex or escape", asRaw(sql("encode")), c, str))
	}
	return rows
}
