package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Like reports whether all of s matches a LIKE pattern: % is any text, _ any
// one character, the escape character ('\' in the language; 0 for none) takes
// the next one as it is. With ignoreCase letters match in either case.
func Like(s, pattern string, escape rune, ignoreCase bool) bool {
	// On a mismatch only the last % has to take one character more.
	resumeS, resumeP := -1, -1
	si, pi := 0, 0
	for {
		if pi < len(pattern) {
			p, size := utf8.DecodeRuneInString(pattern[pi:])
			if p == '%' {
				pi += size
				if pi == len(pattern) {
					return true
				}
				resumeS, resumeP = si, pi
				continue
			}
			literal := false
			if p == escape && escape != 0 && pi+size < len(pattern) {
				pi += size
				p, size = utf8.DecodeRuneInString(pattern[pi:])
				literal = true
			}
			if si < len(s) {
				r, width := utf8.DecodeRuneInString(s[si:])
				if r == p || p == '_' && !literal || ignoreCase && sameLetter(r, p) {
					si, pi = si+width, pi+size
					continue
				}
			}
		} else if si == len(s) {
			return true
		}
		if resumeP < 0 || resumeS >= len(s) {
			return false
		}
		_, width := utf8.DecodeRuneInString(s[resumeS:])
		resumeS += width
		si, pi = resumeS, resumeP
	}
}

func sameLetter(a, b rune) bool {
	return a != b && (unicode.ToLower(a) == unicode.ToLower(b) || unicode.ToUpper(a) == unicode.ToUpper(b))
}

// FoldText is s with every letter in lower case, character by character.
func FoldText(s string) string { return strings.Map(unicode.ToLower, s) }

// Match is the search of MATCH: query occurs in s whatever the case, or every
// word of query begins some word of s; a comma in query separates alternatives.
func Match(s, query string) bool {
	s, query = FoldText(s), FoldText(query)
	if strings.Contains(s, query) {
		return true
	}
	isBreak := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	words := strings.FieldsFunc(s, isBreak)
	for alternative := range strings.SplitSeq(query, ",") {
		terms := strings.FieldsFunc(alternative, isBreak)
		found := 0
		for _, t := range terms {
			for _, w := range words {
				if strings.HasPrefix(w, t) {
					found++
					break
				}
			}
		}
		if len(terms) > 0 && found == len(terms) {
			return true
		}
	}
	return false
}
