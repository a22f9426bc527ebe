package sqlexpr

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/value"
	"golang.org/x/text/encoding/htmlindex"
)

// maxText bounds the length of a text that repeat and lpad make.
const maxText = 256 << 20

// texts makes a function of texts whose other arguments are numbers.
func texts(least, most int, fn func(s []string, args []datum) (datum, error)) function {
	return function{least: least, most: most, call: func(_ *frame, args []datum) (datum, error) {
		s := make([]string, len(args))
		for i, a := range args {
			s[i] = textOf(a)
		}
		return fn(s, args)
	}}
}

func plainText(fn func(s string) string) function {
	return texts(1, 1, func(s []string, _ []datum) (datum, error) { return text(fn(s[0])), nil })
}

// count reads a whole number argument.
func count(d datum) (int, error) {
	v, err := value.Cast(d.Value, value.ClassInteger)
	if err != nil {
		return 0, err
	}
	if v.IsNull() {
		return 0, errorf("%q is not a whole number", textOf(d))
	}
	return int(v.Num()), nil
}

func trimmer(left, right bool) function {
	return texts(1, 2, func(s []string, _ []datum) (datum, error) {
		set := " "
		if len(s) == 2 {
			set = s[1]
		}
		out := s[0]
		if left {
			out = strings.TrimLeft(out, set)
		}
		if right {
			out = strings.TrimRight(out, set)
		}
		return text(out), nil
	})
}

func padder(left bool) function {
	return texts(2, 3, func(s []string, args []datum) (datum, error) {
		n, err := count(args[1])
		if err != nil {
			return datum{}, err
		}
		fill := " "
		if len(s) == 3 {
			fill = s[2]
		}
		have := utf8.RuneCountInString(s[0])
		if n <= have || fill == "" {
			return text(value.CutText(s[0], max(min(n, have), 0))), nil
		}
		if n-have > maxText/4 {
			return datum{}, errorf("a text of %d characters is too long", n)
		}
		pad := value.CutText(strings.Repeat(fill, (n-have)/utf8.RuneCountInString(fill)+1), n-have)
		if left {
			return text(pad + s[0]), nil
		}
		return text(s[0] + pad), nil
	})
}

// side is left(s, n) and right(s, n); a negative n leaves out -n characters.
func side(left bool) function {
	return texts(2, 2, func(s []string, args []datum) (datum, error) {
		n, err := count(args[1])
		if err != nil {
			return datum{}, err
		}
		have := utf8.RuneCountInString(s[0])
		if n < 0 {
			n = max(have+n, 0)
		}
		if n >= have {
			return text(s[0]), nil
		}
		if left {
			return text(value.CutText(s[0], n)), nil
		}
		return text(s[0][len(value.CutText(s[0], have-n)):]), nil
	})
}

// substring is substring(s, from [, length]) and substring(s, pattern).
func substring(f *frame, args []datum) (datum, error) {
	s := textOf(args[0])
	if isText(args[1]) && len(args) == 2 {
		m, err := f.env.patterns().find(s, args[1].Str(), "")
		if err != nil || m == nil {
			return datum{}, err
		}
		if g := m.Groups(); len(g) > 1 {
			if len(g[1].Captures) == 0 {
				return datum{}, nil
			}
			return text(g[1].String()), nil
		}
		return text(m.String()), nil
	}
	from, err := count(args[1])
	if err != nil {
		return datum{}, err
	}
	end := int64(1) << 40
	if len(args) == 3 {
		n, err := count(args[2])
		if err != nil {
			return datum{}, err
		}
		if n < 0 {
			return datum{}, errorf("the length of a substring is negative")
		}
		end = int64(from) + int64(n)
	}
	if from > 1 {
		head := value.CutText(s, from-1)
		s = s[len(head):]
	}
	n := end - int64(max(from, 1))
	if n <= 0 {
		return text(""), nil
	}
	return text(value.CutText(s, int(min(n, maxText*8)))), nil
}

func splitPart(s, sep string, n int) string {
	if sep == "" {
		if n == 1 || n == -1 {
			return s
		}
		return ""
	}
	parts := strings.Split(s, sep)
	if n < 0 {
		n += len(parts) + 1
	}
	if n < 1 || n > len(parts) {
		return ""
	}
	return parts[n-1]
}

func splitArray(s []string, args []datum) (datum, error) {
	var parts []string
	switch {
	case s[0] == "":
	case args[1].isNull():
		for _, r := range s[0] {
			parts = append(parts, string(r))
		}
	case s[1] == "":
		parts = []string{s[0]}
	default:
		parts = strings.Split(s[0], s[1])
	}
	items := make([]datum, len(parts))
	for i, p := range parts {
		if len(s) < 3 || args[2].isNull() || p != s[2] {
			items[i] = text(p)
		}
	}
	return arrayOf(items), nil
}

func initcap(s string) string {
	start := true
	return strings.Map(func(r rune) rune {
		word := unicode.IsLetter(r) || unicode.IsDigit(r)
		first := start
		start = !word
		if word && first {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, s)
}

func translate(s, from, to string) string {
	target := []rune(to)
	table := map[rune]rune{}
	for i, r := range []rune(from) {
		if _, seen := table[r]; seen {
			continue
		}
		table[r] = -1
		if i < len(target) {
			table[r] = target[i]
		}
	}
	return strings.Map(func(r rune) rune {
		if t, ok := table[r]; ok {
			return t
		}
		return r
	}, s)
}

func textFunctions() map[string]function {
	return map[string]function{
		// Case goes character by character: ß stays, as PostgreSQL's libc has it.
		"upper":   plainText(func(s string) string { return strings.Map(unicode.ToUpper, s) }),
		"lower":   plainText(func(s string) string { return strings.Map(unicode.ToLower, s) }),
		"initcap": plainText(initcap),
		"reverse": plainText(func(s string) string {
			r := []rune(s)
			for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
				r[i], r[j] = r[j], r[i]
			}
			return string(r)
		}),
		"length": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			if f := args[0].File(); f != nil {
				return integer(int64(len(f.Bytes))), nil
			}
			return integer(int64(utf8.RuneCountInString(textOf(args[0])))), nil
		}},
		"octet_length": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			if f := args[0].File(); f != nil {
				return integer(int64(len(f.Bytes))), nil
			}
			return integer(int64(len(textOf(args[0])))), nil
		}},
		"left": side(true), "right": side(false),
		"lpad": padder(true), "rpad": padder(false),
		"ltrim": trimmer(true, false), "rtrim": trimmer(false, true), "btrim": trimmer(true, true), "trim": trimmer(true, true),
		"replace": texts(3, 3, func(s []string, _ []datum) (datum, error) {
			if s[1] == "" {
				return text(s[0]), nil
			}
			return text(strings.ReplaceAll(s[0], s[1], s[2])), nil
		}),
		"repeat": texts(2, 2, func(s []string, args []datum) (datum, error) {
			n, err := count(args[1])
			if err != nil || n <= 0 || s[0] == "" {
				return text(""), err
			}
			if n > maxText/len(s[0]) {
				return datum{}, errorf("a text of %d times %d bytes is too long", n, len(s[0]))
			}
			return text(strings.Repeat(s[0], n)), nil
		}),
		"split_part": texts(3, 3, func(s []string, args []datum) (datum, error) {
			n, err := count(args[2])
			if err == nil && n == 0 {
				err = errorf("the field of split_part is 0")
			}
			return text(splitPart(s[0], s[1], n)), err
		}),
		"strpos": texts(2, 2, func(s []string, _ []datum) (datum, error) {
			i := strings.Index(s[0], s[1])
			if i < 0 {
				return integer(0), nil
			}
			return integer(int64(utf8.RuneCountInString(s[0][:i])) + 1), nil
		}),
		"starts_with": texts(2, 2, func(s []string, _ []datum) (datum, error) { return truth(strings.HasPrefix(s[0], s[1])), nil }),
		"substring":   {least: 2, most: 3, call: substring},
		"overlay": texts(3, 4, func(s []string, args []datum) (datum, error) {
			from, err := count(args[2])
			if err != nil {
				return datum{}, err
			}
			n := utf8.RuneCountInString(s[1])
			if len(args) == 4 {
				if n, err = count(args[3]); err != nil {
					return datum{}, err
				}
			}
			head := value.CutText(s[0], max(from-1, 0))
			gone := value.CutText(s[0], max(from-1+max(n, 0), 0))
			return text(head + s[1] + s[0][len(gone):]), nil
		}),
		"translate": texts(3, 3, func(s []string, _ []datum) (datum, error) { return text(translate(s[0], s[1], s[2])), nil }),
		"ascii": texts(1, 1, func(s []string, _ []datum) (datum, error) {
			r, _ := utf8.DecodeRuneInString(s[0])
			if s[0] == "" {
				r = 0
			}
			return integer(int64(r)), nil
		}),
		"chr": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			n, err := count(args[0])
			if err == nil && (n <= 0 || n > unicode.MaxRune || n >= 0xD800 && n < 0xE000) {
				err = errorf("there is no character %d", n)
			}
			return text(string(rune(n))), err
		}},
		"to_hex": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			n := uint64(args[0].Num())
			if args[0].Kind() != value.Long {
				n = uint64(uint32(n))
			}
			return text(strconv.FormatUint(n, 16)), nil
		}},
		"concat": {least: 0, most: many, nulls: true, call: func(_ *frame, args []datum) (datum, error) {
			var b strings.Builder
			for _, a := range args {
				b.WriteString(textOf(a))
			}
			return text(b.String()), nil
		}},
		"concat_ws": {least: 1, most: many, nulls: true, call: func(_ *frame, args []datum) (datum, error) {
			if args[0].isNull() {
				return datum{}, nil
			}
			var parts []string
			for _, a := range args[1:] {
				if !a.isNull() {
					parts = append(parts, textOf(a))
				}
			}
			return text(strings.Join(parts, textOf(args[0]))), nil
		}},
		"format":        {least: 1, most: many, nulls: true, call: func(_ *frame, args []datum) (datum, error) { return formatText(args) }},
		"quote_literal": plainText(func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }),
		"quote_ident":   plainText(func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }),
		"string_to_array": {least: 2, most: 3, nulls: true, call: func(_ *frame, args []datum) (datum, error) {
			if args[0].isNull() {
				return datum{}, nil
			}
			s := make([]string, len(args))
			for i, a := range args {
				s[i] = textOf(a)
			}
			return splitArray(s, args)
		}},
		"array_to_string": {least: 2, most: 3, call: func(_ *frame, args []datum) (datum, error) {
			var parts []string
			for _, it := range args[0].array {
				if !it.isNull() {
					parts = append(parts, textOf(it))
				} else if len(args) == 3 {
					parts = append(parts, textOf(args[2]))
				}
			}
			return text(strings.Join(parts, textOf(args[1]))), nil
		}},
		"regexp_replace": {least: 3, most: 4, call: func(f *frame, args []datum) (datum, error) {
			flags := ""
			if len(args) == 4 {
				flags = textOf(args[3])
			}
			s, err := f.env.patterns().replace(textOf(args[0]), textOf(args[1]), textOf(args[2]), flags)
			return text(s), err
		}},
		"regexp_match": {least: 2, most: 3, call: func(f *frame, args []datum) (datum, error) {
			flags := ""
			if len(args) == 3 {
				flags = textOf(args[2])
			}
			m, err := f.env.patterns().find(textOf(args[0]), textOf(args[1]), flags)
			if err != nil || m == nil {
				return datum{}, err
			}
			groups := m.Groups()
			if len(groups) > 1 {
				groups = groups[1:]
			}
			items := make([]datum, len(groups))
			for i, g := range groups {
				if len(g.Captures) > 0 {
					items[i] = text(g.String())
				}
			}
			return arrayOf(items), nil
		}},
		"regexp_like": {least: 2, most: 3, call: func(f *frame, args []datum) (datum, error) {
			flags := ""
			if len(args) == 3 {
				flags = textOf(args[2])
			}
			ok, err := f.env.patterns().matches(textOf(args[0]), textOf(args[1]), flags)
			return truth(ok), err
		}},
		"regexp_split_to_array": {least: 2, most: 3, call: regexpSplit},
		"similar_to": texts(2, 2, func(s []string, _ []datum) (datum, error) {
			r := strings.NewReplacer("%", ".*", "_", ".", ".", `\.`, "^", `\^`, "$", `\$`)
			ok, err := (&Patterns{}).matches(s[0], "^(?:"+r.Replace(s[1])+")$", "")
			return truth(ok), err
		}),
	}
}

func regexpSplit(f *frame, args []datum) (datum, error) {
	s, rest := textOf(args[0]), 0
	re, err := f.env.patterns().compile(textOf(args[1]), "")
	if err != nil {
		return datum{}, err
	}
	runes := []rune(s)
	var items []datum
	m, err := re.FindRunesMatch(runes)
	for ; m != nil && err == nil; m, err = re.FindNextMatch(m) {
		if m.Length == 0 && (m.Index == rest || m.Index >= len(runes)) {
			continue
		}
		items = append(items, text(string(runes[rest:m.Index])))
		rest = m.Index + m.Length
	}
	if err != nil {
		return datum{}, slow(err)
	}
	return arrayOf(append(items, text(string(runes[rest:])))), nil
}

// formatText is format('%s %I %L', …).
func formatText(args []datum) (datum, error) {
	if args[0].isNull() {
		return datum{}, nil
	}
	f := textOf(args[0])
	var b strings.Builder
	next := 1
	for i := 0; i < len(f); i++ {
		if f[i] != '%' || i+1 == len(f) {
			b.WriteByte(f[i])
			continue
		}
		i++
		if f[i] == '%' {
			b.WriteByte('%')
			continue
		}
		if next >= len(args) {
			return datum{}, errorf("format has too few arguments")
		}
		s := textOf(args[next])
		switch f[i] {
		case 's':
		case 'I':
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		case 'L':
			s = "'" + strings.ReplaceAll(s, "'", "''") + "'"
			if args[next].isNull() {
				s = "NULL"
			}
		default:
			return datum{}, errorf("format does not know %%%c", f[i])
		}
		next++
		b.WriteString(s)
	}
	return text(b.String()), nil
}

// bytesOf is the content of a file, or the UTF-8 of a text.
func bytesOf(d datum) []byte {
	if f := d.File(); f != nil {
		return f.Bytes
	}
	return []byte(textOf(d))
}

func digester(name string) (func() hash.Hash, error) {
	switch strings.ToLower(name) {
	case "md5":
		return md5.New, nil
	case "sha1":
		return sha1.New, nil
	case "sha224":
		return sha256.New224, nil
	case "sha256":
		return sha256.New, nil
	case "sha384":
		return sha512.New384, nil
	case "sha512":
		return sha512.New, nil
	}
	return nil, errorf("the hash '%s' is not known", name)
}

func digest(name string, data []byte) (datum, error) {
	d, err := digester(name)
	if err != nil {
		return datum{}, err
	}
	h := d()
	h.Write(data)
	return some(rawFile(h.Sum(nil))), nil
}

// fileFunctions are those on bytes, and the platform's own casts of files.
func fileFunctions() map[string]function {
	table := map[string]function{
		"md5": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			sum := md5.Sum(bytesOf(args[0]))
			return text(hex.EncodeToString(sum[:])), nil
		}},
		"digest": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) { return digest(textOf(args[1]), bytesOf(args[0])) }},
		"hmac": {least: 3, most: 3, call: func(_ *frame, args []datum) (datum, error) {
			d, err := digester(textOf(args[2]))
			if err != nil {
				return datum{}, err
			}
			h := hmac.New(d, bytesOf(args[1]))
			h.Write(bytesOf(args[0]))
			return some(rawFile(h.Sum(nil))), nil
		}},
		"encode": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) { return encode(bytesOf(args[0]), textOf(args[1])) }},
		"decode": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) { return decode(textOf(args[0]), textOf(args[1])) }},
		"convert_to": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) {
			enc, err := htmlindex.Get(charset(textOf(args[1])))
			if err != nil {
				return datum{}, errorf("the charset '%s' is not known", textOf(args[1]))
			}
			b, err := enc.NewEncoder().Bytes(bytesOf(args[0]))
			if err != nil {
				return datum{}, errorf("the text has characters that %s lacks", textOf(args[1]))
			}
			return some(rawFile(b)), nil
		}},
		"convert_from": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) {
			enc, err := htmlindex.Get(charset(textOf(args[1])))
			if err != nil {
				return datum{}, errorf("the charset '%s' is not known", textOf(args[1]))
			}
			b, err := enc.NewDecoder().Bytes(bytesOf(args[0]))
			if err != nil {
				return datum{}, errorf("the bytes are no text in %s", textOf(args[1]))
			}
			return text(string(b)), nil
		}},
		"gen_random_uuid": {call: func(*frame, []datum) (datum, error) {
			var b [16]byte
			_, _ = rand.Read(b[:])
			b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
			return text(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])), nil
		}},
		"cast_string_to_file": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) { return some(rawFile(bytesOf(args[0]))), nil }},
		"cast_file_to_string": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			v, err := value.Cast(args[0].Value, value.ClassString)
			return some(v), err
		}},
		"cast_static_file_to_dynamic_file": {least: 1, most: 2, nulls: true, call: func(_ *frame, args []datum) (datum, error) {
			if args[0].isNull() {
				return datum{}, nil
			}
			ext := "dat"
			if len(args) == 2 && textOf(args[1]) != "" {
				ext = textOf(args[1])
			}
			b := bytesOf(args[0])
			return some(value.FileOf(value.NameFile, &value.FileData{Bytes: b, Ext: value.SniffExtension(ext, b)})), nil
		}},
		"cast_static_file_to_named_file": {least: 3, most: 3, nulls: true, call: func(_ *frame, args []datum) (datum, error) {
			return namedFile(args[0], args[1], args[2])
		}},
		"cast_dynamic_file_to_named_file": {least: 2, most: 2, nulls: true, call: func(_ *frame, args []datum) (datum, error) {
			ext := datum{}
			if f := args[0].File(); f != nil {
				ext = text(f.Ext)
			}
			return namedFile(args[0], args[1], ext)
		}},
		"get_extension":            {least: 1, most: 1, call: filePart(func(f *value.FileData) string { return f.Ext })},
		"get_named_file_extension": {least: 1, most: 1, call: filePart(func(f *value.FileData) string { return f.Ext })},
		"get_named_file_name":      {least: 1, most: 1, call: filePart(func(f *value.FileData) string { return f.Name })},
	}
	for _, name := range []string{"sha224", "sha256", "sha384", "sha512"} {
		table[name] = function{least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) { return digest(name, bytesOf(args[0])) }}
	}
	return table
}

func namedFile(file, name, ext datum) (datum, error) {
	if file.isNull() {
		return datum{}, nil
	}
	f := value.FileData{Bytes: bytesOf(file), Name: "file", Ext: "dat"}
	if !name.isNull() {
		f.Name = textOf(name)
	}
	if !ext.isNull() {
		f.Ext = textOf(ext)
	}
	return some(value.FileOf(value.NameNamedFile, &f)), nil
}

func filePart(part func(*value.FileData) string) func(*frame, []datum) (datum, error) {
	return func(_ *frame, args []datum) (datum, error) {
		f := args[0].File()
		if f == nil {
			return datum{}, errorf("%s is no file", typeWord(args[0]))
		}
		return text(part(f)), nil
	}
}

// charset brings the names that PostgreSQL uses to those of the web.
func charset(name string) string {
	n := strings.ToLower(strings.TrimSpace(name))
	switch {
	case n == "utf8", n == "unicode":
		return "utf-8"
	case strings.HasPrefix(n, "win"):
		return "windows-" + strings.TrimPrefix(n, "win")
	case strings.HasPrefix(n, "latin"):
		return "iso-8859-" + strings.TrimPrefix(n, "latin")
	}
	return n
}

// encode writes bytes as base64 (lines of 76 characters), hex or escape.
func encode(b []byte, format string) (datum, error) {
	switch strings.ToLower(format) {
	case "base64":
		s := base64.StdEncoding.EncodeToString(b)
		var out strings.Builder
		for len(s) > 76 {
			out.WriteString(s[:76] + "\n")
			s = s[76:]
		}
		return text(out.String() + s), nil
	case "hex":
		return text(hex.EncodeToString(b)), nil
	case "escape":
		var out strings.Builder
		for _, c := range b {
			switch {
			case c == '\\':
				out.WriteString(`\\`)
			case c == 0 || c >= 0x80:
				fmt.Fprintf(&out, `\%03o`, c)
			default:
				out.WriteByte(c)
			}
		}
		return text(out.String()), nil
	}
	return datum{}, errorf("the encoding '%s' is not known", format)
}

func decode(s, format string) (datum, error) {
	switch strings.ToLower(format) {
	case "base64":
		clean := strings.Map(func(r rune) rune {
			if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
				return -1
			}
			return r
		}, s)
		b, err := base64.StdEncoding.DecodeString(clean)
		if err != nil {
			return datum{}, value.Errorf(value.CodeFormat, "%q is not base64", value.CutText(s, 60))
		}
		return some(rawFile(b)), nil
	case "hex":
		b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
		if err != nil {
			return datum{}, value.Errorf(value.CodeFormat, "%q is not hexadecimal", value.CutText(s, 60))
		}
		return some(rawFile(b)), nil
	case "escape":
		var out []byte
		for i := 0; i < len(s); i++ {
			if s[i] != '\\' || i+1 == len(s) {
				out = append(out, s[i])
				continue
			}
			if i+3 < len(s) {
				if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
					out = append(out, byte(n))
					i += 3
					continue
				}
			}
			i++
			out = append(out, s[i])
		}
		return some(rawFile(out)), nil
	}
	return datum{}, errorf("the encoding '%s' is not known", format)
}
