package parse

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/token"
)

// hintFor tells what was probably meant where t is not expected, for habits
// that people bring from other languages; "" for anything else.
func hintFor(before lexer.Token, t *lexer.Token, expected []string) string {
	switch t.Type {
	case token.Keyword:
		switch {
		case slices.Contains(expected, "a name"):
			return "'" + t.Value + "' is a reserved word."
		case t.Value == "ELSE":
			return "ELSE follows its action at once, without a semicolon between a block and ELSE."
		case t.Value == "NULL" && before.Value == "IS":
			return "What is not NULL is written with the expression itself, what is NULL with NOT."
		}
	case token.Null:
		if before.Value == "IS" {
			return "Whether x is NULL is written NOT x."
		}
	case token.Ident:
		return capitalsHint(t.Value)
	case token.Type:
		return capitalsHint(before.Value)
	case token.String:
		if before.Type == token.String && before.Pos.Offset+len(before.Value) == t.Pos.Offset {
			return `A quote inside a text is written \'.`
		}
	case token.Int:
		if before.Value == "(" && slices.Contains(expected, "a class") {
			return "The length of a class is written in brackets, as in STRING[10]."
		}
	case token.Punct:
		return signHint(before, t, expected)
	}
	return ""
}

// capitalsHint is for words that are hardly ever names.
func capitalsHint(word string) string {
	switch word {
	case "and", "or", "not", "xor", "if", "then", "else", "is", "like", "do", "where", "by", "data", "local":
		return "Words of the language are written in capitals: " + strings.ToUpper(word) + "."
	}
	return ""
}

func signHint(before lexer.Token, t *lexer.Token, expected []string) string {
	switch t.Value {
	case "=", ":", "+=":
		if slices.Contains(expected, "'<-'") {
			return "A value is assigned with <-."
		}
	case "==", "<-":
		if slices.Contains(expected, "'='") {
			return "A property is declared with =."
		}
	case ">":
		if before.Value == "<" {
			return "Not equal is written !=."
		}
	case "?":
		return "A choice is written IF c THEN a ELSE b."
	case "{":
		if before.Value == "=" {
			return "An action is declared without =."
		}
	}
	return ""
}
