package token_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/token"
)

// tokens gives "Kind value" of each token of text.
func tokens(text string) []string {
	names := lexer.SymbolsByRune(token.Definition{})
	l := token.New("t.lsf", text)
	var all []string
	for {
		t, _ := l.Next()
		if t.EOF() {
			return all
		}
		all = append(all, names[t.Type]+" "+t.Value)
	}
}

func TestTokens(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a A_1 CLASS class", "Ident a|Ident A_1|Keyword CLASS|Ident class"},
		{"TRUE TFALSE NULL", "Bool TRUE|TBool TFALSE|Null NULL"},
		{"STRING[10] STRING[ten] NUMERIC[10,2] NUMERIC[10, 2]",
			"Type STRING[10]|Type STRING|Punct [|Ident ten|Punct ]|Type NUMERIC[10,2]|Type NUMERIC|Punct [|Int 10|Punct ,|Int 2|Punct ]"},
		{"INTERVAL[DATE] INTERVAL TIME[3] TIME[7]", "Type INTERVAL[DATE]|Keyword INTERVAL|Type TIME[3]|Type TIME|Punct [|Int 7|Punct ]"},
		{"1 2L 3l 4.5 4. 5.D 3d 3dx", "Int 1|Long 2L|Long 3l|Numeric 4.5|Numeric 4.|Double 5.D|Double 3d|Int 3|Ident dx"},
		{"2024_01_31 2024_01_31_10:15 2024_01_31_10:15:59 10:15 10:15:20 1:15",
			"Date 2024_01_31|DateTime 2024_01_31_10:15|DateTime 2024_01_31_10:15:59|Time 10:15|Time 10:15:20|Int 1|Punct :|Int 15"},
		{"#FF00cc #FF00c", "Color #FF00cc|Illegal #|Ident FF00c"},
		{`'a' '' 'it\'s' 'x${f(\'}\')}y' '$5' 'a` + "\nb'", `String 'a'|String ''|String 'it\'s'|String 'x${f(\'}\')}y'|String '$5'|String 'a` + "\nb'"},
		{`r'c:\d' R!'don't'! r'a'b`, `RawString r'c:\d'|RawString R!'don't'!|RawString r'a'|Ident b`},
		{"<{ a > b }> a<b a<-b a< -b", "Code <{ a > b }>|Ident a|Punct <|Ident b|Ident a|Punct <-|Ident b|Ident a|Punct <|Punct -|Ident b"},
		{"(+) (-) ( +) += => <= >= != == @@ @ $a $", "Punct (+)|Punct (-)|Punct (|Punct +|Punct )|Punct +=|Punct =>|Punct <=|Punct >=|Punct !=|Punct ==|Punct @@|Punct @|RecParam $a|Illegal $"},
		{"a##b ###c a###2 'x'##b a##'y'##c 1##'z' ##'q'", "Ident a##b|Ident ###c|Ident a###2|String 'x'##b|String a##'y'##c|String 1##'z'|String ##'q'"},
		{"a // b\n/* c\n */ d/e", "Ident a|Ident d|Punct /|Ident e"},
		{"a 'open", "Ident a|Illegal 'open"},
		{"a /* open", "Ident a|Illegal /* open"},
		{"a 'x${y' b", "Ident a|Illegal 'x${y' b"},
		{"a\u00a0ж\x00", "Ident a|Illegal \u00a0|Illegal ж|Illegal \x00"},
	} {
		if got := strings.Join(tokens(tt.text), "|"); got != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	l := token.New("t.lsf", "\ufeffa /* жж\n ж */ b 'жж' c\r\n\td")
	for _, want := range []lexer.Position{
		{Filename: "t.lsf", Offset: 3, Line: 1, Column: 1},
		{Filename: "t.lsf", Offset: 20, Line: 2, Column: 7},
		{Filename: "t.lsf", Offset: 22, Line: 2, Column: 9},
		{Filename: "t.lsf", Offset: 29, Line: 2, Column: 14},
		{Filename: "t.lsf", Offset: 33, Line: 3, Column: 2},
	} {
		if tok, _ := l.Next(); tok.Pos != want {
			t.Errorf("%q at %+v, want %+v", tok.Value, tok.Pos, want)
		}
	}
}

// FuzzLexer checks that the tokens and comments of any text are what the text
// has at their places, in order, with nothing but spaces between them.
func FuzzLexer(f *testing.F) {
	for _, s := range []string{"a = 'x${y}' + r!'z'!; // c\n", "STRING[10]##b 'x' /* c */ #FF00FF 2024_01_31_10:15 <{ }>", "'${", "r'", "ж\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		l := token.New("f.lsf", src)
		at, comments := 0, 0
		for {
			tok, err := l.Next()
			if err != nil {
				t.Fatal(err)
			}
			for ; comments < len(l.Comments); comments++ {
				c := l.Comments[comments]
				skipped(t, src, at, c.Pos.Offset)
				at = c.Pos.Offset + len(c.Text)
			}
			skipped(t, src, at, tok.Pos.Offset)
			if tok.EOF() {
				return
			}
			at = tok.Pos.Offset + len(tok.Value)
			if src[tok.Pos.Offset:at] != tok.Value || tok.Value == "" {
				t.Fatalf("token %q at %d", tok.Value, tok.Pos.Offset)
			}
			if line := 1 + strings.Count(src[:tok.Pos.Offset], "\n"); tok.Pos.Line != line {
				t.Fatalf("token %q in line %d, want %d", tok.Value, tok.Pos.Line, line)
			}
			if tok.Type == token.Illegal && token.Explain(&tok).Message == "" {
				t.Fatalf("no word about %q", tok.Value)
			}
		}
	})
}

func skipped(t *testing.T, src string, from, to int) {
	t.Helper()
	if from > to || strings.Trim(strings.TrimPrefix(src[from:to], "\ufeff"), " \t\r\n\f") != "" {
		t.Fatalf("text %q between tokens", src[from:max(from, to)])
	}
}

// BenchmarkLexer reads the programs below GOLSF_CORPUS, or a text of its own.
func BenchmarkLexer(b *testing.B) {
	texts := []string{strings.Repeat("price 'Price' (Sku s) = DATA NUMERIC[10,2] (Sku) IN base; // price of goods\n", 1000)}
	if dir := os.Getenv("GOLSF_CORPUS"); dir != "" {
		texts = nil
		_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".lsf") {
				src, _ := os.ReadFile(path)
				texts = append(texts, string(src))
			}
			return nil
		})
	}
	size := 0
	for _, s := range texts {
		size += len(s)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, s := range texts {
			l := token.New("b.lsf", s)
			for t, _ := l.Next(); !t.EOF(); t, _ = l.Next() {
			}
		}
	}
}
